"""Ratings of K2, K3, K4, I1, I3, S1 and S2 from the recomputed figures, by docs/framework.md §1 and §4 and the parameters of version 1."""

GRADES = ["none", "emerging", "developing", "established"]


def lower(one, other):
    return min(one, other, key=GRADES.index)


def of_share(figure, developing, established):
    part, whole = 100 * figure["numerator"], figure["denominator"]
    if part == 0:
        return "none"
    return "established" if part >= established * whole else "developing" if part >= developing * whole else "emerging"


def of_sample(figure, developing, established):
    if figure["denominator"] < 5:
        return "insufficient"
    return capped(of_share(figure, developing, established), figure["denominator"] >= 10)


def capped(grade, enough):
    return grade if enough or grade not in GRADES else lower(grade, "developing")


def reaches(figure, percent):
    return 100 * figure["numerator"] >= percent * figure["denominator"]


def k2(found, organisations):
    return "not_reachable" if organisations < 3 else capped(of_sample(found["validated"], 30, 60), reaches(found["fresh"], 70))


def k3(found):
    eligible = found["summarised"]["denominator"]
    if eligible < 5:
        return "insufficient"
    if found["endorsed_summaries"]["numerator"] >= 3:
        return capped("established", eligible >= 10)
    return "emerging" if found["summarised"]["numerator"] else "none"


def i1(found, organisations):
    if organisations < 4:
        return "not_reachable"
    validated = found["validated_outputs"]["numerator"]
    if found["joint_outputs"]["numerator"] == 0:
        return "none"
    return "established" if validated >= 3 else "developing" if validated >= 1 else "emerging"


def i3(found):
    claims, objectives = found["corroborated_claims"], found["objectives_evaluated"]
    if claims["denominator"] == 0:
        return "none"
    if claims["numerator"] == 0:
        return "emerging"
    return capped("established", objectives["denominator"] > 0 and reaches(objectives, 50))


def s1(found):
    if found["within_band"]["denominator"] + found["within_band"]["pending"] == 0:
        return "insufficient"
    retained = found["retained"]
    return capped("established", found["last_within"] and retained["denominator"] >= 10 and reaches(retained, 40))


def s2(found):
    opened = found["future_discussions"]
    if found["future_decided"]["numerator"]:
        return "established"
    return "developing" if opened["numerator"] else "emerging" if opened["denominator"] else "none"


def rated(found, organisations):
    """The rating of each statement, from its figures in the signed column."""
    return {
        "K2": k2(found["K2"], organisations), "K3": k3(found["K3"]), "K4": of_sample(found["K4"]["askers"], 10, 25),
        "I1": i1(found["I1"], organisations), "I3": i3(found["I3"]), "S1": s1(found["S1"]), "S2": s2(found["S2"]),
    }
