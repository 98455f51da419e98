"""HTTP dates (RFC 9110 5.6.7): three forms to read, one to write."""

import re
from datetime import UTC, datetime, timedelta

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_CENTURY = 100
_AHEAD = 50
_POSIX_PIVOT = 69
_LEAP = 60

_SHORT = "|".join(day[:3] for day in _DAYS)
_LONG = "|".join(_DAYS)
_MONTH = f"(?P<month>{'|'.join(_MONTHS)})"
_TIME = "(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2}):(?P<second>[0-9]{2})"
_IMF_FIXDATE = f"(?P<weekday>{_SHORT}), (?P<day>[0-9]{{2}}) {_MONTH} (?P<year>[0-9]{{4}}) {_TIME} GMT"
_RFC850 = f"(?P<weekday>{_LONG}), (?P<day>[0-9]{{2}})-{_MONTH}-(?P<year>[0-9]{{2}}) {_TIME} GMT"
_ASCTIME = f"(?P<weekday>{_SHORT}) {_MONTH} (?P<day>[0-9]{{2}}| [0-9]) {_TIME} (?P<year>[0-9]{{4}})"


def parse_http_date(text: str, now: datetime | None = None, *, ignore_case: bool = False) -> datetime | None:
    """The instant that an HTTP-date names, in UTC, or None where the text is no valid one.

    Args:
        text: the field value.
        now: an aware instant, for the two-digit year of the RFC 850 form: what "appears to be more than 50
            years in the future" is of the past. Without it, 69 to 99 are of the 1900s, as in POSIX.
        ignore_case: as a cache reads dates (9111 4.2); HTTP-date itself is case-sensitive.

    A wrong day of the week is no reason to refuse a date (see `is_imf_fixdate`).
    """
    flags = re.ASCII | re.IGNORECASE if ignore_case else re.ASCII
    for form in (_IMF_FIXDATE, _ASCTIME):
        if found := re.fullmatch(form, text, flags):
            return _instant(found, int(found["year"]))
    if found := re.fullmatch(_RFC850, text, flags):
        return _two_digit_year(found, now)
    return None


def is_imf_fixdate(text: str) -> bool:
    """Whether a sender may write this: the one form of 9110 5.6.7, with the right day of the week."""
    found = re.fullmatch(_IMF_FIXDATE, text)
    if found is None:
        return False
    # The weekday is the calendar day's: a leap second rolls the instant into the next day.
    midnight = _date(found, int(found["year"]))
    return (
        _instant(found, int(found["year"])) is not None
        and midnight is not None
        and _names_day(found, midnight)
    )


def wrong_weekday(text: str) -> str | None:
    """The day that a date in that form falls on, in English, where it names another one; else None."""
    found = re.fullmatch(_IMF_FIXDATE, text)
    midnight = found and _date(found, int(found["year"]))
    return None if not found or not midnight or _names_day(found, midnight) else _DAYS[midnight.weekday()]


def format_http_date(instant: datetime) -> str:
    """The IMF-fixdate of an aware instant, fractions of a second cut off."""
    if instant.tzinfo is None:
        raise ValueError(f"{instant!r} has no time zone, so it names no instant")
    utc = instant.astimezone(UTC)
    day, month = _DAYS[utc.weekday()][:3], _MONTHS[utc.month - 1]
    return f"{day}, {utc.day:02} {month} {utc.year:04} {utc:%H:%M:%S} GMT"


def _two_digit_year(found: re.Match[str], now: datetime | None) -> datetime | None:
    year = int(found["year"])
    if now is None:
        return _instant(found, year + (1900 if year >= _POSIX_PIVOT else 2000))
    year += now.year - now.year % _CENTURY
    instant = _instant(found, year)
    # 29 February may exist in one of the two centuries only.
    too_far = year > now.year + _AHEAD if instant is None else _years_before(instant, _AHEAD) > now
    return _instant(found, year - _CENTURY) if too_far else instant


def _years_before(instant: datetime, years: int) -> datetime:
    try:
        return instant.replace(year=instant.year - years)
    except ValueError:  # 29 February
        return instant.replace(year=instant.year - years, day=28)


def _date(found: re.Match[str], year: int) -> datetime | None:
    month = _MONTHS.index(found["month"].capitalize()) + 1
    try:
        return datetime(year, month, int(found["day"]), tzinfo=UTC)
    except ValueError:
        return None


def _instant(found: re.Match[str], year: int) -> datetime | None:
    midnight = _date(found, year)
    hour, minute, second = int(found["hour"]), int(found["minute"]), int(found["second"])
    if midnight is None:
        return None
    leap = (hour, minute, second) == (23, 59, _LEAP)  # "00:00:00 - 23:59:60 (leap second)"
    try:
        instant = midnight.replace(hour=hour, minute=minute, second=59 if leap else second)
        return instant + timedelta(seconds=1) if leap else instant
    except (ValueError, OverflowError):
        return None


def _names_day(found: re.Match[str], midnight: datetime) -> bool:
    return _DAYS[midnight.weekday()].startswith(found["weekday"])
