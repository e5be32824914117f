from answering import answer, approved, each_paper
from pabutools.election import ApprovalBallot, ApprovalProfile, Cardinality_Sat, Instance, Project
from pabutools.rules import method_of_equal_shares


def equal_shares(election):
    """Only what is bought without credit: the rule here leaves the other seats empty."""
    projects = {number: Project(str(number), 1) for number in range(1, election["candidates"] + 1)}
    instance = Instance(projects.values(), budget_limit=election["seats"])
    papers = [ApprovalBallot([projects[n] for n in approved(ranks)]) for ranks in each_paper(election)]
    found = method_of_equal_shares(
        instance, ApprovalProfile(papers, instance=instance), sat_class=Cardinality_Sat, resoluteness=False
    )
    return [[int(project.name) for project in bought] for bought in found]


answer("pabutools", equal_shares=equal_shares)
