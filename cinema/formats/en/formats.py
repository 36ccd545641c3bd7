DATE_FORMAT = "j F Y"
MONTH_DAY_FORMAT = "j F"
TIME_FORMAT = "H:i"
DATETIME_FORMAT = "j F Y H:i T"
SHORT_DATE_FORMAT = "j M Y"  # 11/05 is another day on each side of an ocean
