"""django-allauth's settings that no environment changes."""

ACCOUNT_ADAPTER = "project.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# Addresses are confirmed by code: a link could open in another browser.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 10 * 60  # seconds
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_CHANGE_EMAIL = True  # one address; the old one signs in until the new one is confirmed
ACCOUNT_REAUTHENTICATION_REQUIRED = True  # or a stolen cookie could change the address
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "AI Photo Studio: "
ACCOUNT_RATE_LIMITS = False  # `project.accounts.limits` counts

HEADLESS_ONLY = True
HEADLESS_ADAPTER = "project.accounts.adapter.HeadlessAdapter"
HEADLESS_CLIENTS = ("browser",)
HEADLESS_SERVE_SPECIFICATION = True
HEADLESS_SPECIFICATION_TEMPLATE_NAME = None  # its page would load scripts from another host
HEADLESS_FRONTEND_URLS = {
    "account_signup": "/you/#sign-up",
    "account_reset_password": "/you/#forgotten",
    "socialaccount_login_error": "/you/",
}

SOCIALACCOUNT_ADAPTER = "project.accounts.adapter.ProviderAdapter"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10  # seconds

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "project.accounts.adapter.SecondFactorAdapter"
MFA_PASSKEY_LOGIN_ENABLED = MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_RATE_LIMITS = False
MFA_TOTP_ISSUER = "AI Photo Studio"
MFA_TOTP_TOLERANCE = 1  # periods of 30 s, for phones' clocks
