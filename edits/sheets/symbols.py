"""Lists the options of symbol columns, because Smartsheet's API doesn't list them. Also gives a word for each symbol.
`static/byline/css/symbols.css` draws the symbols.

https://developers.smartsheet.com/api/smartsheet/openapi/columns (Symbol Columns)
"""

LEVELS = ("Empty", "One", "Two", "Three", "Four", "Five")
QUARTERS = ("Empty", "Quarter", "Half", "Three Quarter", "Full")

OPTIONS: dict[str, tuple[str, ...]] = {
    "ARROWS_3_WAY": ("Up", "Sideways", "Down"),
    "ARROWS_4_WAY": ("Up", "Angle Up", "Angle Down", "Down"),
    "ARROWS_5_WAY": ("Up", "Angle Up", "Sideways", "Angle Down", "Down"),
    "DECISION_SHAPES": ("Yes", "Hold", "No"),
    "DECISION_SYMBOLS": ("Yes", "Hold", "No"),
    "DIRECTIONS_3_WAY": ("Up", "Unchanged", "Down"),
    "DIRECTIONS_4_WAY": ("Up", "Down", "Left", "Right"),
    "EFFORT": LEVELS,
    "HARVEY_BALLS": QUARTERS,
    "HEARTS": LEVELS,
    "MONEY": LEVELS,
    "PAIN": ("No Pain", "Mild", "Moderate", "Severe", "Very Severe", "Extreme"),
    "PRIORITY": ("High", "Low"),
    "PRIORITY_HML": ("High", "Medium", "Low"),
    "PROGRESS": QUARTERS,
    "RYG": ("Red", "Yellow", "Green"),
    "RYGB": ("Red", "Yellow", "Green", "Blue"),
    "RYGG": ("Red", "Yellow", "Green", "Gray"),
    "SIGNAL": QUARTERS,
    "SKI": ("Double Black", "Black", "Blue", "Green"),
    "STAR_RATING": LEVELS,
    "VCR": ("Rewind", "Pause", "Play", "Fast Forward", "Stop"),
    "WEATHER": ("Sunny", "Partly Sunny", "Cloudy", "Rainy", "Stormy"),
}

CHECKED = {"FLAG": "Flagged", "STAR": "Starred"}  # symbols of check boxes, which are drawn if checked


def word(symbol: str, value: object) -> str:
    """Return the word for a symbol, for screen readers; "" if the cell has no symbol."""
    if symbol in CHECKED:
        return CHECKED[symbol] if value is True else ""
    return value if isinstance(value, str) and value in OPTIONS.get(symbol, ()) else ""
