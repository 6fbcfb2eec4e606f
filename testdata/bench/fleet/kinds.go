package main

// kind is a fault that one mailbox of a fleet may have: the sandbox's name of it,
// and the diagnosis that it must get. "withdrawn" is none of the sandbox's
// scenarios: that mailbox's consent is withdrawn.
type kind struct{ scenario, diagnosis string }

// kinds are the faults of a night: of the token endpoint, of each protocol, for
// good and for a while, and servers that cut and hang.
func kinds() []kind {
	return []kind{
		{"withdrawn", "refresh-token-revoked-or-expired"},
		{"account-deleted", "account-deleted"},
		{"admin-policy-enforced", "admin-policy-enforced"},
		{"reauth-rapt-required", "reauth-required"},
		{"service-off-for-account", "account-restricted"},
		{"grant-bad-request", "grant-refused"},
		{"token-429", "token-endpoint-busy"},
		{"token-500", "token-endpoint-failing"},
		{"token-html", "token-endpoint-not-oauth"},
		{"token-cut", "connection-cut"},
		{"token-hang", "timed-out"},
		{"imap-off-for-user", "imap-disabled-by-user"},
		{"imap-off-for-domain", "imap-disabled-by-domain"},
		{"imap-too-many-connections", "too-many-connections"},
		{"imap-web-login-required", "web-login-required"},
		{"imap-overquota", "mail-over-limit"},
		{"imap-unavailable", "mail-server-unavailable"},
		{"imap-refused", "login-refused-by-mailbox"},
		{"imap-closed-at-auth", "connection-cut"},
		{"imap-hang-at-auth", "timed-out"},
		{"smtp-too-many-logins", "too-many-logins"},
		{"smtp-domain-policy", "login-refused-by-domain-policy"},
		{"smtp-cannot-authenticate", "mail-server-unavailable"},
		{"smtp-temporary-problem", "mail-server-unavailable"},
		{"smtp-app-password-required", "app-password-required"},
		{"smtp-closed-at-auth", "connection-cut"},
		{"pop3-off-for-user-at-login", "pop-disabled-by-user"},
		{"pop3-web-login-required", "web-login-required"},
		{"pop3-in-use", "mailbox-in-use"},
		{"pop3-closed-at-auth", "connection-cut"},
	}
}
