"""What is free: of one session seat by seat, of many sessions in numbers. Whoever sells or shows seats asks here."""
