"""Server information. https://developers.smartsheet.com/api/smartsheet/openapi/serverinfo"""

from __future__ import annotations

from typing import Any

from sandbox.http.routing import Call, operation
from sandbox.model.number_format import CURRENCIES

Json = Any

LOCALES = (
    "ar_AE ar_BH ar_DZ ar_EG ar_IQ ar_JO ar_KW ar_LB ar_LY ar_MA ar_OM ar_QA ar_SA ar_SD ar_SY ar_TN ar_YE be_BY bg_BG"
    " ca_ES cs_CZ da_DK de_AT de_CH de_DE de_LU el_CY el_GR en_AU en_CA en_GB en_IE en_IN en_MT en_NZ en_PH en_SG en_US"
    " en_ZA es_AR es_BO es_CL es_CO es_CR es_DO es_EC es_ES es_GT es_HN es_MX es_NI es_PA es_PE es_PR es_PY es_SV es_US"
    " es_UY es_VE et_EE fi_FI fr_BE fr_CA fr_CH fr_FR fr_LU ga_IE hi_US hr_HR hu_HU in_ID is_IS it_CH it_IT iw_IL ja_JP"
    " ko_KR lt_LT lv_LV mk_MK ms_MY mt_MT nl_BE nl_NL no_NO pl_PL pt_BR pt_PT ro_RO ru_RU sk_SK sl_SI sq_AL sr_BA sr_CS"
    " sv_SE th_US tr_TR uk_UA vi_VN zh_CN zh_HK zh_SG zh_TW"
)

COLORS = (
    "none #000000 #FFFFFF transparent #FFEBEE #FFF3DF #FFFEE6 #E7F5E9 #E2F2FE #F4E4F5 #F2E8DE #FFCCD2 #FFE1AF #FEFF85"
    " #C6E7C8 #B9DDFC #EBC7EF #EEDCCA #E5E5E5 #F87E7D #FFCD7A #FEFF00 #7ED085 #5FB3F9 #D190DA #D0AF8F #BDBDBD #EA352E"
    " #FF8D00 #FFED00 #40B14B #1061C3 #9210AD #974C00 #757575 #991310 #EA5000 #EBC700 #237F2E #0B347D #61058B #592C00"
)
DATE_FORMATS = (
    "LOCALE_BASED MMMM_D_YYYY MMM_D_YYYY D_MMM_YYYY YYYY_MM_DD_HYPHEN YYYY_MM_DD_DOT DWWWW_MMMM_D_YYYY"
    " DWWW_DD_MMM_YYYY DWWW_MM_DD_YYYY MMMM_D D_MMMM"
)
# https://developers.smartsheet.com/api/smartsheet/openapi/schemas/formattables
# The example on that page sorts fonts, colors and currencies by name, and its defaults are bold and italic. The order
# here is that of the guide and of the Java SDK.
FORMATS: dict[str, Json] = {
    "defaults": "0,2,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0",
    "fontFamily": [
        {"name": "Arial", "traits": ["sans-serif"]},
        {"name": "Tahoma", "traits": ["sans-serif"]},
        {"name": "Times New Roman", "traits": ["serif"]},
        {"name": "Verdana", "traits": ["sans-serif"]},
        {"name": "Roboto", "traits": ["sans-serif"]},
    ],
    "fontSize": ["8", "9", "10", "12", "14", "16", "18", "20", "24", "28", "32", "36"],
    "bold": ["none", "on"],
    "italic": ["none", "on"],
    "underline": ["none", "on"],
    "strikethrough": ["none", "on"],
    "horizontalAlign": ["default", "left", "center", "right"],
    "verticalAlign": ["default", "top", "middle", "bottom"],
    "color": COLORS.split(),
    "currency": [{"code": code, "symbol": symbol} for code, symbol in CURRENCIES],
    "decimalCount": ["0", "1", "2", "3", "4", "5"],
    "thousandsSeparator": ["none", "on"],
    "numberFormat": ["none", "NUMBER", "CURRENCY", "PERCENT"],
    "textWrap": ["none", "on"],
    "dateFormat": DATE_FORMATS.split(),
}


@operation("serverinfo-get", "GET", "/serverinfo", is_open=True)
def get(call: Call) -> Json:
    """Get the languages that Smartsheet supports, and the values that formats can have."""
    return {"supportedLocales": LOCALES.split(), "formats": FORMATS}
