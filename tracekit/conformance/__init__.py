"""The conformance kit: it judges a platform over the wire, as any vendor's, by requirements and cases that are data.

`requirements.csv` says what must be true, `cases/*.yaml` how it is shown; nothing of our own platform is imported here.
Source: design sections 2 and 6 (project-defined).
"""
