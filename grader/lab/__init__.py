"""The lab: experiments that train for real, the figures of the unit, and what its notebook needs."""
