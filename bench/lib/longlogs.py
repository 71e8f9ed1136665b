def measure(bench):
    return [], []
