"""The grader of the Fashion-MNIST assignment: it asks a student's code questions, observes the answers and judges them.

Packages, each of which uses only those further down this list: `plugin`, `reports`, `suite`, `judging`, `sandbox`,
`course`, `results`.
"""
