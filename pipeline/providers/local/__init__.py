LABEL = "offline, no AI"  # here, because a web process that only says so loads no painter
