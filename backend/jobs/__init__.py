"""Long work in steps: progress, resumed after a crash, cancelable, its result kept."""
