"""Every rule of the models, one small function each, with a name, a level and a justification."""
