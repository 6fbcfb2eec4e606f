package authserver

import (
	"slices"
	"strings"

	"gmailoauth/internal/google"
)

// reported gives scopes as Google's token reply lists them: the short names of
// OpenID Connect become addresses, none stands twice.
func reported(scopes []string) []string {
	long := map[string]string{
		google.Known().Scopes["email"].Value: google.Known().Scopes["email-long"].Value,
		"profile":                            apiScopes() + "userinfo.profile",
	}
	var list []string
	for _, scope := range scopes {
		if l, ok := long[scope]; ok {
			scope = l
		}
		if !slices.Contains(list, scope) {
			list = append(list, scope)
		}
	}
	return list
}

// apiScopes is what the addresses of scopes begin with, all but that of mail.
func apiScopes() string {
	return strings.TrimSuffix(google.Known().Scopes["email-long"].Value, "userinfo.email")
}

// exists reports whether Google could know a scope: one of its own, by shape.
func exists(scope string) bool {
	return signIn(scope) || scope == google.MailScope() ||
		strings.HasPrefix(scope, apiScopes()) && len(scope) > len(apiScopes())
}

// signIn reports whether a scope only says who somebody is. Such scopes get no
// box on the consent page, and alone they do not limit a grant in Testing.
func signIn(scope string) bool {
	return slices.Contains([]string{"openid", "email", "profile",
		apiScopes() + "userinfo.email", apiScopes() + "userinfo.profile"}, scope)
}

// boxes are the scopes that the consent page asks about one by one.
func boxes(scopes []string) []string {
	return slices.DeleteFunc(reported(scopes), signIn)
}

// meaning is what Google's consent page says of a scope.
func meaning(scope string) string {
	switch strings.TrimPrefix(scope, apiScopes()) {
	case google.MailScope():
		return "Read, compose, send, and permanently delete all your email from Gmail"
	case "gmail.send":
		return "Send email on your behalf"
	case "gmail.readonly":
		return "View your email messages and settings"
	case "gmail.modify":
		return "Read, compose, and send emails from your Gmail account"
	}
	return "Use " + scope
}
