//! The seven dimensions and the 22 statements of the source framework, word for word.

use std::fmt;
use std::str::FromStr;

use serde::{Serialize, Serializer};

/// A heading of the source under which its statements stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Dimension {
    /// The first heading. The source's own is lost; this one is ours.
    Purpose,
    /// Governance and Structure.
    Governance,
    /// Leadership.
    Leadership,
    /// Vitality and Interaction.
    Vitality,
    /// Learning and Sharing Knowledge.
    Learning,
    /// Impact and Value.
    Impact,
    /// Sustainability.
    Sustainability,
}

impl Dimension {
    /// All seven, in the order of the source.
    pub const ALL: [Dimension; 7] = [
        Dimension::Purpose,
        Dimension::Governance,
        Dimension::Leadership,
        Dimension::Vitality,
        Dimension::Learning,
        Dimension::Impact,
        Dimension::Sustainability,
    ];

    /// The heading in the source's words.
    pub const fn title(self) -> &'static str {
        match self {
            Dimension::Purpose => "Purpose",
            Dimension::Governance => "Governance and Structure",
            Dimension::Leadership => "Leadership",
            Dimension::Vitality => "Vitality and Interaction",
            Dimension::Learning => "Learning and Sharing Knowledge",
            Dimension::Impact => "Impact and Value",
            Dimension::Sustainability => "Sustainability",
        }
    }
}

macro_rules! statements {
    ($($id:ident, $dimension:ident, $optional:literal, $words:literal;)*) => {
        /// One of the 22 statements a community is held against, named by dimension and place.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
        pub enum Statement {
            $(#[doc = $words] $id,)*
        }

        impl Statement {
            /// All 22, in the order of the source.
            pub const ALL: [Statement; 22] = [$(Statement::$id,)*];

            /// Its short name, as in `V4`.
            pub const fn id(self) -> &'static str {
                match self { $(Statement::$id => stringify!($id),)* }
            }

            /// The statement word for word, the source's spelling included.
            pub const fn words(self) -> &'static str {
                match self { $(Statement::$id => $words,)* }
            }

            /// The heading it stands under.
            pub const fn dimension(self) -> Dimension {
                match self { $(Statement::$id => Dimension::$dimension,)* }
            }

            /// Whether it says "may" or "sometimes", so that a dimension can be rated without it (R9).
            pub const fn optional(self) -> bool {
                match self { $(Statement::$id => $optional,)* }
            }
        }
    };
}

statements! {
    P1, Purpose, false, "There are clear terms of reference which cite the purpose and objectives for what the community of practice is expected to achieve.";
    P2, Purpose, false, "Most members understand these objectives and could articulate the value of it to others.";
    P3, Purpose, false, "There is an agreed plan for developing the COP over an agreed time span.";
    G1, Governance, false, "Governance of the COP has been considered and is in place at the appropriate level.";
    G2, Governance, true, "Sub-groups may be emerging around specialist subjects.";
    G3, Governance, false, "There is a good coverage of potential membership and awareness of any gaps in representation.";
    L1, Leadership, false, "The COP has a credible leadership in place (Hospice UK /members) with dedicated time available for the role.";
    L2, Leadership, false, "The leadership is informally supported by members of the COP and members engage with the leadership when required.";
    V1, Vitality, false, "The domain is people bought together by a shared interest.";
    V2, Vitality, false, "The COP makes use of varying forms of interaction and communication with each other.";
    V3, Vitality, false, "Contributions come from a wide range of members.";
    V4, Vitality, false, "Queries receive responses.";
    V5, Vitality, true, "Leaders sometimes work 'behind the scenes' to find responses to unanswered questions or topics.";
    K1, Learning, false, "The community is shared learning together.";
    K2, Learning, false, "Members pool and validate their most useful material and share good practice.";
    K3, Learning, true, "Experiences members may summarize discussion threads into FAQs.";
    K4, Learning, false, "Members demonstrate an interest in learning from their peers and are willing to ask for help.";
    I1, Impact, false, "The practice is the production of resources and products.";
    I2, Impact, false, "COP members have a shared understanding of the value they add.";
    I3, Impact, false, "There are agreed outputs achieved e.g. examples exist which demonstrate clear impact – e.g. evaluation of COP events, products, impact to practice and meeting agreed objectives.";
    S1, Sustainability, false, "Membership of the COP grows organically at expected levels.";
    S2, Sustainability, false, "Leaders ensure members discuss the future of the network and are ambitious for growth.";
}

impl fmt::Display for Statement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.id())
    }
}

impl Serialize for Statement {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.id())
    }
}

/// A name that is none of the 22.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no statement of the framework (P1-P3, G1-G3, L1-L2, V1-V5, K1-K4, I1-I3, S1-S2)")]
pub struct UnknownStatement(pub String);

impl FromStr for Statement {
    type Err = UnknownStatement;

    fn from_str(text: &str) -> Result<Self, UnknownStatement> {
        Statement::ALL
            .into_iter()
            .find(|s| s.id().eq_ignore_ascii_case(text.trim()))
            .ok_or_else(|| UnknownStatement(text.to_owned()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_dimension_has_its_statements() {
        let counts = Dimension::ALL.map(|d| Statement::ALL.iter().filter(|s| s.dimension() == d).count());
        assert_eq!(counts, [3, 3, 2, 5, 4, 3, 2]);
        let optional: Vec<_> = Statement::ALL
            .into_iter()
            .filter(|s| s.optional())
            .map(Statement::id)
            .collect();
        assert_eq!(optional, ["G2", "V5", "K3"]);
    }

    #[test]
    fn a_statement_is_found_by_its_name() {
        assert_eq!("v4".parse(), Ok(Statement::V4));
        assert_eq!(Statement::V4.words(), "Queries receive responses.");
        assert!("V6".parse::<Statement>().is_err());
    }

    #[test]
    fn the_sources_own_spelling_is_kept() {
        assert_eq!(
            Statement::V1.words(),
            "The domain is people bought together by a shared interest."
        );
        assert!(Statement::I3.words().contains("clear impact – e.g. evaluation"));
    }
}
