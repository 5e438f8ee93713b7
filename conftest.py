"""How the property tests of the core and of every member run: the same examples each time, however busy the machine is."""

from hypothesis import HealthCheck, settings

settings.register_profile("house", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
# `--hypothesis-profile=search` looks for new examples
settings.register_profile("search", deadline=None, max_examples=2000, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("house")
