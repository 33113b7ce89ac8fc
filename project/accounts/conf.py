"""How django-allauth is set up here: what no environment changes. `project.settings` takes all of it in."""

ACCOUNT_ADAPTER = "project.accounts.adapter.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email"}
ACCOUNT_SIGNUP_FIELDS = ["email*", "password1*"]
# An address counts once somebody has shown that they read it; a code, for a link would open another browser.
ACCOUNT_EMAIL_VERIFICATION = "mandatory"
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = True
ACCOUNT_EMAIL_VERIFICATION_SUPPORTS_RESEND = True
ACCOUNT_LOGIN_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_BY_CODE_TIMEOUT = ACCOUNT_PASSWORD_RESET_BY_CODE_TIMEOUT = 10 * 60  # seconds: mail may take some of them
ACCOUNT_PASSWORD_RESET_BY_CODE_ENABLED = True
ACCOUNT_LOGIN_ON_PASSWORD_RESET = True
ACCOUNT_MAX_EMAIL_ADDRESSES = 3
ACCOUNT_EMAIL_NOTIFICATIONS = True
ACCOUNT_EMAIL_SUBJECT_PREFIX = "AI Photo Studio: "
ACCOUNT_RATE_LIMITS = False  # `project.accounts.limits` counts, in Redis for all processes together

HEADLESS_ONLY = True
HEADLESS_ADAPTER = "project.accounts.adapter.HeadlessAdapter"
HEADLESS_CLIENTS = ("browser",)
HEADLESS_FRONTEND_URLS = {
    "account_signup": "/you/#sign-up",
    "account_reset_password": "/you/#forgotten",
    "socialaccount_login_error": "/you/",
}

SOCIALACCOUNT_ADAPTER = "project.accounts.adapter.ProviderAdapter"
SOCIALACCOUNT_REQUESTS_TIMEOUT = 10  # seconds for another one who says who somebody is

MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_ADAPTER = "project.accounts.adapter.SecondFactorAdapter"
MFA_PASSKEY_LOGIN_ENABLED = MFA_PASSKEY_SIGNUP_ENABLED = True
MFA_RATE_LIMITS = False
MFA_TOTP_ISSUER = "AI Photo Studio"
MFA_TOTP_TOLERANCE = 1  # periods of 30 s: a phone's clock may be off a little
