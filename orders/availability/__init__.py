"""Which seats are free: seat by seat for one session, in numbers for many."""
