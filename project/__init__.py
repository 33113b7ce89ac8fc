import gc

gc.disable()  # until `ProjectConfig.ready`: imports leave no garbage, and scanning for it costs a sixth of their time
