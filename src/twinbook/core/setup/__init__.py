"""The set-up of a class (the wizard) as pure functions over plain values; nothing here reads, writes or knows the time."""
