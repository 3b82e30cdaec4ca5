"""The statuses of errors that the sandbox itself never makes, for faults; any other number goes with 400.

https://developers.smartsheet.com/api/smartsheet/error-codes
"""

from __future__ import annotations

_CODES: dict[int, tuple[int, ...]] = {
    403: (
        *(1013, 1014, 1017, 1022, 1045, 1048, 1076, 1096, 1138, 1139, 1141, 1173, 1174, 1175, 1180, 1181, 1186, 1187),
        *(1188, 1192, 1232, 1269, 1270, 1271, 1275, 1287, 1288, 1297, 1301, 1317, 1331, 1334, 1335, 1337, 1354, 1356),
        *(1359, 1361, 1362, 1363),
    ),
    404: (1007, 1043, 1204, 1311),
    500: (1119, 1170, 1171, 1172, 1278, 1285, 1325, 5151, 5502),
    501: (1333, 1353, 1358),
}

STATUS_OF_RARE = {code: status for status, codes in _CODES.items() for code in codes}
