//! What the people of the scenario say: practice of running a hospice, never a patient, never a dose, nobody real.

use hearth_protocol::kind::ResourceType;

/// One matter people of hospices talk about.
pub(crate) struct Subject {
    /// The topic's code in the header.
    pub(crate) topic: &'static str,
    pub(crate) questions: &'static [Words],
    pub(crate) answers: &'static [&'static str],
    pub(crate) threads: &'static [Words],
    pub(crate) resources: &'static [Material],
}

/// A title and a text.
#[derive(Debug)]
pub(crate) struct Words {
    pub(crate) title: &'static str,
    pub(crate) text: &'static str,
}

/// Something to pool: what sort of resource it is, and its words.
pub(crate) struct Material {
    pub(crate) form: ResourceType,
    pub(crate) words: Words,
}

const fn say(title: &'static str, text: &'static str) -> Words {
    Words { title, text }
}

const fn pool(form: ResourceType, title: &'static str, text: &'static str) -> Material {
    Material {
        form,
        words: Words { title, text },
    }
}

pub(crate) const SUBJECTS: &[Subject] = &[
    Subject {
        topic: "bereavement",
        questions: &[
            say(
                "How soon do you first call a bereaved family?",
                "We ring after two weeks. Some say that is too early, some that it is late. What do you do, and who makes the call?",
            ),
            say(
                "Bereavement groups: open or closed?",
                "Our open group keeps changing and people start again each time. Has anybody gone over to closed groups of six weeks?",
            ),
            say(
                "Remembering events that are not religious",
                "We are looking for a form for our yearly remembering that people of any belief or none feel at home in.",
            ),
        ],
        answers: &[
            "A card in the first week, a call after six. The nurse who knew the family writes the card; a volunteer calls.",
            "We asked families after a year. Most said: any time is right if it is the same person twice.",
            "Closed groups of eight, six evenings, and an open coffee morning for those who do not want a group.",
            "We light lanterns in the garden and read the first names. No sermon, a song, soup. Twice as many came.",
        ],
        threads: &[say(
            "What we learned from calling late",
            "For half a year our calls came months late. Here is what families told us, good and bad.",
        )],
        resources: &[
            pool(
                ResourceType::Guidance,
                "First call to a bereaved family: a page for volunteers",
                "What to say first, what not to promise, when to hand over, and how to end the call.",
            ),
            pool(
                ResourceType::Tool,
                "Plan for six closed evenings",
                "One page an evening: opening, theme, a round, closing, what to have in the room.",
            ),
        ],
    },
    Subject {
        topic: "volunteers",
        questions: &[
            say(
                "How do you bring new volunteers on to the ward?",
                "Ours have two evenings of preparation and then feel thrown in. Do you pair them with somebody, and for how long?",
            ),
            say(
                "Volunteers at night",
                "A family asked whether somebody could sit with them at night. Do any of you offer this?",
            ),
            say(
                "What do you do when a volunteer is grieving?",
                "Two of ours lost a parent this year. We have no rule for a pause, and I am not sure we should.",
            ),
        ],
        answers: &[
            "Four shifts beside one experienced volunteer, then a talk with the coordinator. Hardly anybody leaves in the first year now.",
            "Yes, from ten to six, always two people on call, and a nurse who can be rung. Start with a list of five who want it.",
            "We agreed on half a year's pause from the ward, but not from the house: garden, kitchen, post.",
            "A short supervision every month, in paid time of the coordinator. It cost little and changed much.",
        ],
        threads: &[say(
            "Younger volunteers: what keeps them",
            "We had nine people under thirty start, and seven still come after a year. Let us put together what helped.",
        )],
        resources: &[
            pool(
                ResourceType::Education,
                "Preparation of ward volunteers in four shifts",
                "Aims of each shift, what to watch, questions for the talk afterwards.",
            ),
            pool(
                ResourceType::Policy,
                "Pause after a bereavement of one's own",
                "One page agreed by our volunteers: how long, what else to do meanwhile, how to come back.",
            ),
        ],
    },
    Subject {
        topic: "advance-care-planning",
        questions: &[
            say(
                "Where do you keep advance care plans so that they are found at night?",
                "Ours are in the notes, and the ambulance crew never sees the notes.",
            ),
            say(
                "Who opens the conversation about wishes?",
                "Everybody thinks somebody else has done it. Have you named a person?",
            ),
            say(
                "Plans in several languages",
                "Has anybody a form in plain words in more than one language that may be copied?",
            ),
        ],
        answers: &[
            "A yellow folder on the fridge, agreed with the ambulance service. Dull and reliable.",
            "The first home visit asks one question only: is there something we must know if things change tonight?",
            "We named the key nurse. After three months nine of ten had at least begun.",
            "Ask the interpreters, not a translation office: ours rewrote it in an afternoon and people understood it.",
        ],
        threads: &[say(
            "When wishes and family differ",
            "How do you prepare for this before it happens, and who sits at the table?",
        )],
        resources: &[
            pool(
                ResourceType::Guidance,
                "The first question about wishes",
                "A page for home visits: how to ask, where to write it, whom to tell the same day.",
            ),
            pool(
                ResourceType::Tool,
                "Folder for the fridge",
                "Cover sheet and three forms to print, in plain words.",
            ),
        ],
    },
    Subject {
        topic: "carers",
        questions: &[
            say(
                "Respite when there is no bed",
                "Carers ask for a week off and we have no bed. What do you offer at home?",
            ),
            say(
                "How do you find carers who never ask?",
                "The ones who come are not the most tired. How do you reach the others?",
            ),
        ],
        answers: &[
            "Two mornings a week of a sitter for eight weeks. Carers say the fixed day matters more than the hours.",
            "Through the pharmacy: they see who collects. A leaflet in the bag, and five calls in the first month.",
            "We ring every carer in week two and ask only about the carer. It takes ten minutes.",
        ],
        threads: &[say(
            "Carers who still work",
            "Employers know little about this. Shall we write something together for employers?",
        )],
        resources: &[
            pool(
                ResourceType::Education,
                "Evenings for carers: moving, washing, resting",
                "Three evenings for people who care at home, with what to have ready and whom to invite.",
            ),
            pool(
                ResourceType::Other,
                "Letter to employers of carers",
                "What a carer may ask for, and how a hospice can help the employer.",
            ),
        ],
    },
    Subject {
        topic: "mouth-care",
        questions: &[
            say(
                "Mouth care that people at home keep up",
                "Families stop after two days. What do you leave with them?",
            ),
            say(
                "Teaching mouth care to new staff",
                "Do you practise on each other? Ours are shy of it.",
            ),
        ],
        answers: &[
            "A small box with pictures, no words. We fill it again at each visit and see at once whether it was used.",
            "Yes, on each other, in the first week, with flavours they choose. Nobody forgets it.",
            "Ask what they liked to drink, and use that. It is the part families enjoy.",
        ],
        threads: &[],
        resources: &[pool(
            ResourceType::Education,
            "Mouth care in pictures",
            "Twelve pictures for the bedside and the order in which to show them.",
        )],
    },
    Subject {
        topic: "spiritual-care",
        questions: &[
            say(
                "Spiritual care without a chaplain",
                "Our chaplain retired. Who carries this in your house?",
            ),
            say(
                "A quiet room that is used",
                "Ours is a store for wheelchairs by Friday. How did you keep yours quiet?",
            ),
        ],
        answers: &[
            "Three of us took a course and share it. We wear no badge; people ask whoever they trust.",
            "We took the door lock away and put a chair for one person in. Nobody stores things around a single chair.",
            "A list of people of seven beliefs who come when called, and who have all had a tour of the house first.",
        ],
        threads: &[say(
            "Words for staff meetings after a hard week",
            "We read one page aloud. Bring yours.",
        )],
        resources: &[pool(
            ResourceType::Guidance,
            "Whom to call: beliefs and people",
            "How we built the list and keep it true, with the letter of invitation.",
        )],
    },
    Subject {
        topic: "referrals",
        questions: &[
            say(
                "Late referrals: has anything moved the date?",
                "Half of ours come in the last fortnight. Visits to practices changed little.",
            ),
            say(
                "Self-referral",
                "Do you take people who ring for themselves, and what happened to the numbers?",
            ),
            say(
                "What do you tell people you cannot take yet?",
                "We want to say no in a way that leaves the door open.",
            ),
        ],
        answers: &[
            "A nurse of ours sits in the clinic on Tuesdays. Earlier by three weeks in half a year.",
            "Yes. Fewer than feared, most of them rightly. One page on the web did it.",
            "We give a name and a day on which we ring back, whatever happens. People keep that.",
            "We count it every month on the wall, by practice, without blame. It started talks that letters never did.",
        ],
        threads: &[say(
            "One form for three hospices?",
            "People move between us. Could we agree on the first page at least?",
        )],
        resources: &[
            pool(
                ResourceType::Policy,
                "Self-referral in one page",
                "Who may ring, what we ask, within which time we answer, what we do if it is not for us.",
            ),
            pool(
                ResourceType::Tool,
                "Counting the time from referral to first visit",
                "A sheet and the definitions, so that two houses count the same.",
            ),
        ],
    },
    Subject {
        topic: "home-visits",
        questions: &[
            say(
                "Two on a first visit?",
                "We send one nurse for lack of time. Those of you who send two: what is it worth?",
            ),
            say(
                "Handing over between day and night",
                "What is on your sheet? Ours has grown to three pages and nobody reads it.",
            ),
            say(
                "Keeping visits safe in winter",
                "Last winter we lost four days to snow. What have you prepared?",
            ),
        ],
        answers: &[
            "Two on the first, always. The second sees the family while the first sees to the person. It saves a visit later.",
            "Four lines: what changed, what we fear, what the family knows, who is called first.",
            "A list of neighbours with tractors. I am serious: six of them, and a cake each at Easter.",
            "Phone visits by the same nurse at the same hour. Families rated them nearly as good.",
        ],
        threads: &[say(
            "What we no longer carry",
            "Our bags weigh eleven kilograms. What did you leave out, and did you miss it?",
        )],
        resources: &[pool(
            ResourceType::Tool,
            "Handover in four lines",
            "The sheet, and what we learned in three months of using it.",
        )],
    },
    Subject {
        topic: "staff-support",
        questions: &[
            say(
                "Debriefing that people come to",
                "We offer it and the room is empty. When and how do you do it?",
            ),
            say(
                "New nurses in the first half year",
                "Several left in month four. Do you see that too?",
            ),
        ],
        answers: &[
            "At the end of the shift, ten minutes, standing, everybody incl. the kitchen. Sitting down killed it.",
            "Yes, month four exactly. We now plan a talk and a free weekend there.",
            "Somebody from another hospice leads ours. People say more, and we lead theirs.",
        ],
        threads: &[say(
            "Exchanging people for a week",
            "Would your house lend a nurse to ours for a week, and take one of ours?",
        )],
        resources: &[pool(
            ResourceType::Guidance,
            "Ten minutes at the end of the shift",
            "How to lead it, three questions, when not to.",
        )],
    },
    Subject {
        topic: "kitchen",
        questions: &[
            say(
                "Meals at odd hours",
                "Ours can cook until seven. People want soup at midnight.",
            ),
            say(
                "Family recipes",
                "A family offered to cook. Hygiene said no. How do you do it?",
            ),
        ],
        answers: &[
            "Small jars, made on Mondays and Thursdays, warmed by whoever is awake. Forty kinds by now.",
            "We have a second small kitchen for families. The rules hang on the door and are five lines long.",
            "Ask what it smelled like at home. Sometimes the smell is enough.",
        ],
        threads: &[],
        resources: &[pool(
            ResourceType::Other,
            "Forty soups in small jars",
            "Recipes for one cup, with how long each keeps.",
        )],
    },
];

pub(crate) const REPLIES: &[&str] = &[
    "Thank you, this helps. We will try it for a month and tell.",
    "We tried the same, and it failed for lack of one person who looks after it. Name somebody.",
    "Could you share the page you use?",
    "Our experience is different: in the country the distances decide.",
    "Who paid for this, if I may ask?",
    "I took this to our team meeting today. Two objections, both about nights.",
    "Yes. And write it down before you forget how it began.",
    "We would join in.",
];

pub(crate) const RATIONALES: &[&str] = &[
    "We used it for two months with six people. It holds.",
    "Read by three of us. Clear and complete for our house.",
    "Used on two wards; nobody needed an explanation.",
];

pub(crate) const DOUBTS: &[&str] = &[
    "The second page does not fit a house without a night nurse.",
    "It leaves out what to do at weekends.",
];

pub(crate) const REVISIONS: &[&str] = &[
    "Second version: weekends added, one page shorter.",
    "New version after your remarks: the order of the steps is changed.",
];

pub(crate) const AFTERTHOUGHTS: &[&str] = &[
    "To be clear: I mean weekdays.",
    "Added: we are a house of twelve beds.",
    "The number was wrong; it is nine.",
];

pub(crate) const USES: &[&str] = &[
    "On two wards since the spring, with one line changed.",
    "It hangs in the kitchen. That is use.",
    "Every newcomer gets it in the first week.",
];

pub(crate) const WITHDRAWALS: &[&str] = &[
    "Settled in the house meanwhile.",
    "Asked twice by mistake.",
    "No longer needed.",
];

pub(crate) const REACTIONS: &[&str] = &["thanks", "useful", "same-here"];

/// Names of people who do not exist.
pub(crate) const NAMES: &[&str] = &[
    "Alder", "Aspen", "Bracken", "Briar", "Bryony", "Cedar", "Clover", "Dunnock", "Elder", "Fern", "Finch",
    "Gorse", "Hazel", "Heather", "Heron", "Holly", "Iris", "Ivy", "Juniper", "Kestrel", "Larch", "Lark",
    "Linden", "Linnet", "Maple", "Martin", "Merle", "Myrtle", "Nuthatch", "Oak", "Olive", "Pine", "Pipit",
    "Plover", "Poppy", "Reed", "Robin", "Rowan", "Rush", "Sage", "Sedge", "Siskin", "Sorrel", "Swift",
    "Tansy", "Teasel", "Thorn", "Wren", "Yarrow", "Yew", "Avens", "Barley", "Burnet", "Campion", "Chervil",
    "Curlew", "Dove", "Egret", "Flax", "Hawthorn", "Hyssop", "Lovage", "Mallow", "Medlar", "Osier", "Quince",
    "Sparrow", "Tern", "Vetch", "Willet",
];

pub(crate) const TRADES: &[&str] = &[
    "ward nurse",
    "community nurse",
    "physician",
    "volunteer coordinator",
    "social worker",
    "physiotherapist",
    "cook",
    "bereavement lead",
    "educator",
    "night nurse",
    "chaplaincy",
    "occupational therapist",
];

/// Words as a page of Markdown.
pub(crate) fn page(words: &Words) -> String {
    format!("# {}\n\n{}", words.title, words.text)
}
