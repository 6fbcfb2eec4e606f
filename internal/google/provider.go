package google

import (
	"net"
	"strconv"
)

// TLS modes of a mail server. There is no third: mail without TLS is refused.
const (
	Implicit = "implicit"
	STARTTLS = "starttls"
)

// Server is one mail endpoint.
type Server struct {
	Host string `yaml:"host"`
	Port int    `yaml:"port"`
	TLS  string `yaml:"tls"` // Implicit or STARTTLS
}

// Addr is host:port.
func (s Server) Addr() string { return net.JoinHostPort(s.Host, strconv.Itoa(s.Port)) }

// Provider is where consent, tokens and mail are to be had: Google, or what a
// provider file puts in its place.
type Provider struct {
	Name                  string
	Issuer                string // compared with iss of RFC 9207 when that is sent; empty in a provider file: not compared
	AuthorizationEndpoint string
	TokenEndpoint         string
	RevocationEndpoint    string // may be empty, as the next two
	UserinfoEndpoint      string
	TokeninfoEndpoint     string
	// What Google Cloud does for programs, each the beginning of all addresses of
	// one API, without a slash at the end; empty in a provider file that names none.
	ResourceManagerEndpoint, ServiceUsageEndpoint, GmailEndpoint string
	IAMEndpoint, IAMCredentialsEndpoint, STSEndpoint             string

	Scopes []string // what a consent asks for
	IMAP   *Server
	SMTP   []Server
	POP3   *Server
	CAFile string // absolute; empty for the system's roots alone
}

// Gmail is Google itself.
func Gmail() Provider {
	f := Known()
	server := func(key, tls string) Server {
		host, port, _ := net.SplitHostPort(f.Servers[key].Value)
		n, _ := strconv.Atoi(port)
		return Server{Host: host, Port: n, TLS: tls}
	}
	imap, pop3 := server("imap", Implicit), server("pop3", Implicit)
	return Provider{
		Name:                    "google",
		Issuer:                  f.Endpoints["issuer"].Value,
		AuthorizationEndpoint:   f.Endpoints["authorization"].Value,
		TokenEndpoint:           f.Endpoints["token"].Value,
		RevocationEndpoint:      f.Endpoints["revocation"].Value,
		UserinfoEndpoint:        f.Endpoints["userinfo"].Value,
		TokeninfoEndpoint:       f.Endpoints["tokeninfo"].Value,
		ResourceManagerEndpoint: f.Endpoints["resource-manager"].Value,
		ServiceUsageEndpoint:    f.Endpoints["service-usage"].Value,
		GmailEndpoint:           f.Endpoints["gmail"].Value,
		IAMEndpoint:             f.Endpoints["iam"].Value,
		IAMCredentialsEndpoint:  f.Endpoints["iam-credentials"].Value,
		STSEndpoint:             f.Endpoints["sts"].Value,
		Scopes:                  []string{f.Scopes["openid"].Value, f.Scopes["email"].Value, f.Scopes["mail"].Value},
		IMAP:                    &imap,
		SMTP:                    []Server{server("smtp", Implicit), server("submission", STARTTLS)},
		POP3:                    &pop3,
	}
}
