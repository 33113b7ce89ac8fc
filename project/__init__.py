import gc

gc.disable()  # until everything is imported (`ProjectConfig.ready`): nothing of it becomes garbage, and to look costs a sixth
