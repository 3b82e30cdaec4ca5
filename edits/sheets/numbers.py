"""Parses and formats numbers with a locale's separators, a currency, or a percent sign."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from decimal import Decimal

from edits.sheets.number_formats import Look
from edits.sheets.sheet import Json
from edits.sheets.spaces import trimmed
from identity.profiles.locales import Locale

LARGEST_NUMBER = 9_007_199_254_740_992
SPACES = " \u00a0\u2009\u202f"  # separators of thousands, as in French and Swedish
APOSTROPHES = "'’"  # separators of thousands, as in Swiss texts
# Separators that stand for each other: programs write one or the other. An ordinary space isn't one of them, because
# 100 200 can also be two numbers.
ALIKE = (APOSTROPHES, SPACES.replace(" ", ""))
ARABIC = str.maketrans("٫٬", ".,")  # separators of decimals and of thousands
SIGNS = "".join(sign for sign in map(chr, range(0x10000)) if unicodedata.category(sign) == "Sc")
# The currency codes of ISO 4217 that Smartsheet offers as formats, and other codes that people often write. The list is
# fixed: if any three letters were a currency, MAX500 and NOV5 would be amounts.
CODES = (
    "AED ARS AUD BGN BHD BRL CAD CHF CLP CNY COP CRC CZK DKK EGP EUR GBP GEL HKD HUF IDR ILS INR ISK JOD JPY KES KRW"
    " KWD KZT LKR MAD MXN MYR NGN NOK NZD OMR PEN PHP PKR PLN QAR RON RSD RUB SAR SEK SGD THB TND TRY TWD UAH UGX USD"
    " UYU VEF VES VND ZAR"
)
CURRENCY = rf"[{re.escape(SIGNS)}]|R\$|kr\.?|zł|Kč|{CODES.replace(' ', '|')}"
WRITTEN = re.compile(
    rf"(?P<minus>[-−]?)(?P<before>{CURRENCY})?[{SPACES}]?(?P<inner_minus>[-−]?)"
    rf"(?P<digits>[0-9.,][0-9.,'’{SPACES}]*?)[{SPACES}]?(?P<after>%|{CURRENCY})?"
)
# A number as Smartsheet shows it, with its possible prefix and suffix: $5,000.00 or 12.5%.
SHOWN = re.compile(r"(?P<before>[^\d.,]*)(?P<number>\d{1,3}(,\d{3})+(\.\d+)?|\d+(\.\d+)?)(?P<after>[^\d.,]*)")
DIGITS = re.compile("[0-9]+")


@dataclass(frozen=True, slots=True)
class Written:
    """A parsed number. For 60%, `number` is 60. `group` is the separator of thousands. `is_unclear` says that the
    separator can mean either thousands or decimals.
    """

    number: Decimal
    group: str = ""
    is_percent: bool = False
    is_currency: bool = False
    is_unclear: bool = False

    @property
    def fraction(self) -> Decimal:
        """The number divided by 100, with all its digits."""
        sign, digits, exponent = self.number.as_tuple()
        return Decimal((sign, digits, int(exponent) - 2))

    @property
    def is_plain(self) -> bool:
        """Whether the text has only a number, without a percent sign or a currency."""
        return not (self.is_percent or self.is_currency)


def is_number(value: Json) -> bool:
    """Whether JSON is a number; true and false aren't."""
    return isinstance(value, int | float) and not isinstance(value, bool)


def exact(number: Decimal) -> int | float | None:
    """Return the number as Smartsheet stores it; None if Smartsheet can't store exactly this number."""
    if abs(number) > LARGEST_NUMBER:
        return None
    held = float(number)
    if Decimal(repr(held)) != number:
        return None
    return int(held) if held.is_integer() else held


def read(text: str, locale: Locale) -> Written | None:
    """Parse a number in this locale. Return None if the text isn't a number.

    007 isn't a number, because it has leading zeros, and 1e5 isn't one either.
    """
    match = WRITTEN.fullmatch(trimmed(text))
    if match is None or (match["minus"] and match["inner_minus"]) or (match["before"] and match["after"]):
        return None
    found = _number(match["digits"], locale)
    if found is None:
        return None
    number, group, decimals = found
    is_currency = bool(match["before"] or (match["after"] and match["after"] != "%"))
    is_foreign_point = group == "." and locale.thousands != "." and match["digits"].count(".") == 1 and not decimals
    return Written(
        number=number.copy_negate() if match["minus"] or match["inner_minus"] else number,  # the operator - would round
        group=group,
        is_percent=match["after"] == "%",
        is_currency=is_currency,
        is_unclear=is_foreign_point or (is_currency and decimals == 3 and number >= 1 and not group),
    )


def read_otherwise(text: str, locale: Locale) -> Written | None:
    """Parse a number with a decimal point in a locale with a decimal comma. Return None for other texts."""
    return None if locale.decimal == "." else read(text, replace(locale, decimal=".", thousands=","))


def is_own_group(group: str, locale: Locale) -> bool:
    """Whether this is the locale's separator of thousands, or another form of it, such as ’ instead of '. Also return
    True for "", which means that the number has no separator.
    """
    return group in {"", locale.thousands} or any({group, locale.thousands} <= set(alike) for alike in ALIKE)


def is_like_number(text: str, locale: Locale) -> bool:
    """Whether a text that isn't a number in this locale can be a number in another notation. Examples are (5), 5 eur
    and ١٢٣. In a locale with a decimal comma, 0.5 is an example too. In a locale with a decimal point, 0,5 is one. A
    text that has only the digits 0 to 9 doesn't count, because it is more likely an identifier.
    """
    if not re.search("[^0-9]", text):
        return False
    usual = re.sub(r"^\(([^()]+)\)$", r"-\1", trimmed(text))
    usual = re.sub("[A-Za-z]{3}", lambda code: code[0].upper(), usual)
    usual = re.sub(r"(?![0-9])\d", "1", usual).translate(ARABIC)
    return any(read(usual, one) for one in (locale, *(replace(locale, decimal=mark) for mark in ".,")))


def write(number: Decimal, look: Look, locale: Locale) -> str:
    """Return a number as a text in this format, with all its digits. `read` reads the text as the same number."""
    figures = number.scaleb(2) if look.is_percent else number
    digits = format(abs(figures.normalize()), "f")
    whole, _, decimals = digits.partition(".")
    decimals = decimals.ljust(look.decimals, "0")
    whole = f"{int(whole):,}" if look.is_grouped else whole
    text = locale.number(f"{whole}.{decimals}" if decimals else whole)
    return f"{'-' if figures < 0 else ''}{look.before}{text}{look.after}"


def rounded(number: Decimal, look: Look, locale: Locale) -> str:
    """Return a number in this format, rounded to the format's number of decimals."""
    places = look.decimals + (2 if look.is_percent else 0)
    is_longer = int(number.as_tuple().exponent) < -places  # round() raises an error for large numbers such as 1e27
    return write(round(number, places) if is_longer else number, look, locale)


def shown(text: str, value: Json, locale: Locale) -> str:
    """Return the text that Smartsheet shows for a value. If the text shows the value as a number, the number gets the
    locale's separators.
    """
    if DIGITS.fullmatch(text):  # a short cut for most numbers: the text has no separators
        return text
    match = SHOWN.fullmatch(text) if is_number(value) else None
    if match is None or not _is_said(match, abs(Decimal(str(value)))):
        return text
    return f"{match['before']}{locale.number(match['number'])}{match['after']}"


def look_of(text: str, value: Json) -> Look | None:
    """Return the format in which `text` shows the number `value`. The text can have any separators. Return None if the
    text shows something else.
    """
    for shown_text in (text, text.translate(str.maketrans(",.\u00a0\u202f", ".,,,"))):
        match = SHOWN.fullmatch(shown_text)
        if match and _is_said(match, abs(Decimal(str(value)))):
            before, after = match["before"].replace("-", ""), match["after"]
            decimals = len(match["number"].partition(".")[2])
            return None if "(" in before else Look(before, after, decimals, is_grouped="," in match["number"])
    return None


def _number(digits: str, locale: Locale) -> tuple[Decimal, str, int] | None:
    """Return the number, its separator of thousands, and how many decimals it has."""
    groups = "".join(mark for mark in f",.{APOSTROPHES}{SPACES}" if mark != locale.decimal)
    pattern = (
        rf"(?P<whole>0|[1-9][0-9]*"
        rf"|[1-9][0-9]{{0,2}}(?P<group>[{groups}])([0-9]{{{locale.group_sizes}}}(?P=group))*[0-9]{{3}})?"
        rf"({re.escape(locale.decimal)}(?P<decimals>[0-9]+))?"
    )
    match = re.fullmatch(pattern, digits)
    if match is None or not digits:
        return None
    whole = re.sub("[^0-9]", "", match["whole"] or "0")
    decimals = match["decimals"] or ""
    return Decimal(f"{whole}.{decimals or 0}"), match["group"] or "", len(decimals)


def _is_said(match: re.Match[str], value: Decimal) -> bool:
    """Whether the text shows this value. The text can have fewer decimals than the value, because Smartsheet rounds the
    value. 0.255 is shown as 26% or as 25.5%.
    """
    figures = Decimal(match["number"].replace(",", ""))
    exactly = value * 100 if "%" in match["after"] else value
    return abs(figures - exactly) <= Decimal(1).scaleb(int(figures.as_tuple().exponent)) / 2
