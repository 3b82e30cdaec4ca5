"""Server information. https://developers.smartsheet.com/api/smartsheet/openapi/serverinfo"""

from __future__ import annotations

from typing import Any

from sandbox.http.routing import Call, operation

Json = Any

LOCALES = (
    "ar_AE ar_BH ar_DZ ar_EG ar_IQ ar_JO ar_KW ar_LB ar_LY ar_MA ar_OM ar_QA ar_SA ar_SD ar_SY ar_TN ar_YE be_BY bg_BG"
    " ca_ES cs_CZ da_DK de_AT de_CH de_DE de_LU el_CY el_GR en_AU en_CA en_GB en_IE en_IN en_MT en_NZ en_PH en_SG en_US"
    " en_ZA es_AR es_BO es_CL es_CO es_CR es_DO es_EC es_ES es_GT es_HN es_MX es_NI es_PA es_PE es_PR es_PY es_SV es_US"
    " es_UY es_VE et_EE fi_FI fr_BE fr_CA fr_CH fr_FR fr_LU ga_IE hi_US hr_HR hu_HU in_ID is_IS it_CH it_IT iw_IL ja_JP"
    " ko_KR lt_LT lv_LV mk_MK ms_MY mt_MT nl_BE nl_NL no_NO pl_PL pt_BR pt_PT ro_RO ru_RU sk_SK sl_SI sq_AL sr_BA sr_CS"
    " sv_SE th_US tr_TR uk_UA vi_VN zh_CN zh_HK zh_SG zh_TW"
)

# https://developers.smartsheet.com/api/smartsheet/guides/advanced-topics/cell-formatting
FORMATS = {
    "defaults": "0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0,0",
    "fontFamily": [
        {"name": "Arial", "traits": ["sans-serif"]},
        {"name": "Tahoma", "traits": ["sans-serif"]},
        {"name": "Times New Roman", "traits": ["serif"]},
        {"name": "Verdana", "traits": ["sans-serif"]},
    ],
    "fontSize": ["8", "9", "10", "12", "14", "16", "18", "20", "24", "28", "32", "36"],
    "bold": ["none", "on"],
    "italic": ["none", "on"],
    "underline": ["none", "on"],
    "strikethrough": ["none", "on"],
    "horizontalAlign": ["default", "left", "center", "right"],
    "verticalAlign": ["default", "top", "middle", "bottom"],
    "color": ["none", "#000000", "#FFFFFF", "transparent"],
    "currency": [{"code": "none", "symbol": "none"}, {"code": "EUR", "symbol": "€"}, {"code": "USD", "symbol": "$"}],
    "decimalCount": ["0", "1", "2", "3", "4", "5"],
    "thousandsSeparator": ["none", "on"],
    "numberFormat": ["none", "NUMBER", "CURRENCY", "PERCENT"],
    "textWrap": ["none", "on"],
    "dateFormat": ["LOCALE_BASED", "MMMM_D_YYYY", "MMM_D_YYYY", "D_MMM_YYYY", "YYYY_MM_DD_HYPHEN"],
}


@operation("serverinfo-get", "GET", "/serverinfo", is_open=True)
def get(call: Call) -> Json:
    """Constants of the application, with a few of the colours and currencies."""
    return {"supportedLocales": LOCALES.split(), "formats": FORMATS}
