package mailserver

import (
	"strings"
	"testing"

	"gmailoauth/internal/google"
)

// filled puts the SASL strings into a dialogue.
func filled(dialogue string) string {
	return strings.NewReplacer(
		"{good}", xoauth2Of(email, token(email)),
		"{upper}", xoauth2Of("Office@Example.COM", token(email)),
		"{bad}", xoauth2Of(email, "expired"),
		"{other}", xoauth2Of("boss@example.com", token(email)),
		"{unscoped}", xoauth2Of(email, "unscoped-"+email),
		"{bearer}", oauthbearer(email, token(email)),
		"{badbearer}", oauthbearer(email, "expired"),
		"{challenge}", xoauth2Challenge,
		"{bearerchallenge}", oauthbearerChallenge,
		"{half}", xoauth2Of(email, token(email))[:40],
	).Replace(dialogue)
}

func TestIMAPLogin(t *testing.T) {
	w := start(t)
	const refused = "NO [AUTHENTICATIONFAILED] Invalid credentials (Failure)"
	tests := []struct{ name, dialogue string }{
		{"before the login it speaks as Gmail does", `
			C: 1 CAPABILITY
			S: * CAPABILITY IMAP4rev1 UNSELECT IDLE NAMESPACE QUOTA ID XLIST CHILDREN X-GM-EXT-1 XYZZY SASL-IR AUTH=XOAUTH2 AUTH=PLAIN AUTH=PLAIN-CLIENTTOKEN AUTH=OAUTHBEARER
			S: 1 OK Thats all she wrote! №
			C: 2 NOOP
			S: 2 OK Success
			C: 3 ID ("name" "test")
			S: * ID ("name" "GImap"…
			S: 3 OK Success
			C: 4 EXAMINE INBOX
			S: 4 BAD Unknown command №
			C: 5 LOGOUT
			S: * BYE LOGOUT Requested
			S: 5 OK 73 good day (Success)
			END`},
		{"XOAUTH2 with the token in the command", `
			C: 1 AUTHENTICATE XOAUTH2 {good}
			S: * CAPABILITY IMAP4rev1…
			S: 1 OK office@example.com authenticated (Success)`},
		{"XOAUTH2 with the token in a line of its own, the address in other letters", `
			C: 1 authenticate xoauth2
			S: +` + " " + `
			C: {upper}
			S: * CAPABILITY IMAP4rev1…
			S: 1 OK office@example.com authenticated (Success)
			C: 2 EXAMINE INBOX
			S: * 3 EXISTS`},
		{"OAUTHBEARER", `
			C: 1 AUTHENTICATE OAUTHBEARER {bearer}
			S: * CAPABILITY IMAP4rev1…
			S: 1 OK office@example.com authenticated (Success)`},
		{"a bad token is challenged, and the verdict waits for the empty line", `
			C: 1 AUTHENTICATE XOAUTH2 {bad}
			S: + {challenge}
			C:
			S: 1 ` + refused + `
			C: 2 AUTHENTICATE XOAUTH2 {good}
			S: * CAPABILITY…`},
		{"a token of somebody else is a bad one", `
			C: 1 AUTHENTICATE XOAUTH2 {other}
			S: + {challenge}
			C:
			S: 1 ` + refused},
		{"a token without the mail scope is a bad one", `
			C: 1 AUTHENTICATE XOAUTH2 {unscoped}
			S: + {challenge}
			C:
			S: 1 ` + refused},
		{"OAUTHBEARER is challenged in its own words and ended with AQ==", `
			C: 1 AUTHENTICATE OAUTHBEARER {badbearer}
			S: + {bearerchallenge}
			C: AQ==
			S: 1 ` + refused},
		{"or with an asterisk", `
			C: 1 AUTHENTICATE OAUTHBEARER {badbearer}
			S: + {bearerchallenge}
			C: *
			S: 1 ` + refused},
		{"= is no empty line", `
			C: 1 AUTHENTICATE XOAUTH2 {bad}
			S: + {challenge}
			C: =
			S: 1 BAD Invalid SASL argument. №`},
		{"= is no empty line before the challenge either", `
			C: 1 AUTHENTICATE XOAUTH2
			S: +` + " " + `
			C: =
			S: 1 BAD Invalid SASL argument. №`},
		{"= in the command is an empty response, and that is no XOAUTH2", `
			C: 1 AUTHENTICATE XOAUTH2 =
			S: 1 BAD Invalid SASL argument. №`},
		{"base64 with a line break", `
			C: 1 AUTHENTICATE XOAUTH2 {half}
			S: 1 BAD Invalid SASL argument. №`},
		{"no base64", `
			C: 1 AUTHENTICATE XOAUTH2 %%%
			S: 1 BAD Invalid SASL argument. №`},
		{"a client that changes its mind", `
			C: 1 AUTHENTICATE XOAUTH2
			S: +` + " " + `
			C: *
			S: 1 BAD AUTHENTICATE cancelled №`},
		{"an unknown mechanism", `
			C: 1 AUTHENTICATE CRAM-MD5
			S: 1 NO Unsupported authentication mechanism. №`},
		{"passwords are always refused", `
			C: 1 AUTHENTICATE PLAIN AGEAYg==
			S: 1 ` + refused + `
			C: 2 LOGIN a b
			S: 2 ` + refused + `
			C: 3 LOGIN {1}
			S: + go ahead
			C: a {1+}
			C: b
			S: 3 ` + refused},
		{"a line that is no command", `
			C:
			S: * BAD Unknown command №
			C: GET / HTTP/1.1
			S: GET BAD Unknown command №`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := w.dial(t, w.IMAP)
			l.t = t
			l.talk("S: * OK Gimap ready for requests from 127.0.0.1 №")
			l.talk(filled(tt.dialogue))
		})
	}
}

func TestIMAPAfterLogin(t *testing.T) {
	w := start(t)
	l := w.dial(t, w.IMAP)
	l.talk(filled(`
		S: * OK …
		C: 1 AUTHENTICATE XOAUTH2 {good}
		S: * CAPABILITY…
		S: 1 OK…
		C: 2 CAPABILITY
		S: * CAPABILITY IMAP4rev1 UNSELECT IDLE NAMESPACE ID UIDPLUS ENABLE MOVE ESEARCH UTF8=ACCEPT LITERAL-
		S: 2 OK Success
		C: 3 ID NIL
		S: * ID …
		S: 3 OK Success
		C: 4 EXAMINE "INBOX"
		S: * 3 EXISTS
		S: * 0 RECENT
		S: * OK [UNSEEN 1]…
		S: * OK [UIDVALIDITY 1]…
		S: * OK [UIDNEXT 4]…
		S: * FLAGS…
		S: * OK [PERMANENTFLAGS…
		S: 4 OK [READ-ONLY] INBOX selected. (Success)
		C: 5 SEARCH SUBJECT {10}
		S: + Ready for literal data
		C: attachment
		S: * SEARCH 3
		S: 5 OK …
		C: 7 SEARCH SUBJECT {10+}
		C: look-alike
		S: * SEARCH 1
		S: 7 OK …
		C: 8 IDLE
		S: + idling
		C: DONE
		S: 8 OK …
		C: 9 LOGOUT
		S: * BYE LOGOUT Requested
		S: 9 OK 73 good day (Success)
		END`))
}

func TestSMTPLogin(t *testing.T) {
	w := start(t)
	tests := []struct {
		name     string
		server   google.Server
		dialogue string
	}{
		{"under TLS it offers AUTH", w.SMTP, `
			C: EHLO me
			S: 250-smtp.gmail.com at your service, [127.0.0.1]
			S: 250-SIZE 35882577
			S: 250-8BITMIME
			S: 250-AUTH LOGIN PLAIN XOAUTH2 PLAIN-CLIENTTOKEN OAUTHBEARER XOAUTH
			S: 250-ENHANCEDSTATUSCODES
			S: 250-PIPELINING
			S: 250-CHUNKING
			S: 250 SMTPUTF8
			C: STARTTLS
			S: 502 5.5.1 Unrecognized command. № - gsmtp
			C: AUTH XOAUTH2 {good}
			S: 235 2.7.0 Accepted
			C: AUTH XOAUTH2 {good}
			S: 503 5.5.1 Already authenticated. № - gsmtp
			C: STARTTLS
			S: 502 5.5.1 Unrecognized command. № - gsmtp
			C: NOOP
			S: 250 2.0.0 OK № - gsmtp
			C: QUIT
			S: 221 2.0.0 closing connection № - gsmtp
			END`},
		{"before TLS there is STARTTLS and no AUTH", w.Submission, `
			C: EHLO me
			S: 250-smtp.gmail.com at your service, [127.0.0.1]
			S: 250-SIZE 35882577
			S: 250-8BITMIME
			S: 250-STARTTLS
			S: 250-ENHANCEDSTATUSCODES
			S: 250-PIPELINING
			S: 250-CHUNKING
			S: 250 SMTPUTF8
			C: AUTH XOAUTH2 {good}
			S: 530 5.7.0 Must issue a STARTTLS command first. № - gsmtp
			C: MAIL FROM:<office@example.com>
			S: 530 5.7.0 Must issue a STARTTLS command first. № - gsmtp
			C: STARTTLS
			S: 220 2.0.0 Ready to start TLS
			TLS
			C: MAIL FROM:<office@example.com>
			S: 503 5.5.1 EHLO/HELO first. № - gsmtp
			C: AUTH XOAUTH2 {good}
			S: 503 5.5.1 EHLO/HELO first. № - gsmtp
			C: HELO me
			S: 250 smtp.gmail.com at your service
			C: AUTH XOAUTH2 {good}
			S: 235 2.7.0 Accepted`},
		{"mail before the login", w.SMTP, `
			C: HELO me
			S: 250 smtp.gmail.com at your service
			C: MAIL FROM:<office@example.com>
			S: 530 5.5.1 Authentication Required. № - gsmtp
			C: NOOP
			S: 250 2.0.0 OK № - gsmtp
			C: RSET
			S: 250 2.1.5 Flushed № - gsmtp
			C: HELP
			S: 502 5.5.1 Unrecognized command. № - gsmtp
			C: QUIT
			S: 221 2.0.0 closing connection № - gsmtp
			END`},
		{"a bad token", w.SMTP, `
			C: HELO me
			S: 250 …
			C: AUTH XOAUTH2
			S: 334` + " " + `
			C: {bad}
			S: 334 {challenge}
			C:
			S: 535-5.7.8 Username and Password not accepted. For more information, go to
			S: 535 5.7.8  https://support.google.com/mail/?p=BadCredentials № - gsmtp
			C: AUTH OAUTHBEARER {badbearer}
			S: 334 {bearerchallenge}
			C: AQ==
			S: 535-5.7.8 Username and Password not accepted. For more information, go to
			S: 535 5.7.8  https://support.google.com/mail/?p=BadCredentials № - gsmtp
			C: AUTH OAUTHBEARER {bearer}
			S: 235 2.7.0 Accepted`},
		{"what is no login", w.SMTP, `
			C: HELO me
			S: 250 …
			C: AUTH XOAUTH2 {half}
			S: 501 5.5.2 Cannot Decode response № - gsmtp
			C: AUTH XOAUTH2 =
			S: 501 5.5.2 Cannot Decode response № - gsmtp
			C: AUTH XOAUTH2 {bad}
			S: 334 {challenge}
			C: =
			S: 501 5.5.2 Cannot Decode response № - gsmtp
			C: AUTH XOAUTH2
			S: 334` + " " + `
			C: *
			S: 501 5.7.0 Authentication canceled № - gsmtp
			C: AUTH CRAM-MD5
			S: 504 5.7.4 Unrecognized Authentication Type № - gsmtp
			C: AUTH PLAIN AGEAYg==
			S: 535-5.7.8 …
			S: 535 5.7.8 …`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := w.dial(t, tt.server)
			l.t = t
			l.talk("S: 220 smtp.gmail.com ESMTP № - gsmtp")
			l.talk(filled(tt.dialogue))
		})
	}
}

func TestPOP3(t *testing.T) {
	w := start(t)
	tests := []struct{ name, dialogue string }{
		{"before the login it speaks as Gmail does", `
			C: CAPA
			S: +OK Capability list follows
			S: USER
			S: RESP-CODES
			S: EXPIRE 0
			S: LOGIN-DELAY 300
			S: TOP
			S: UIDL
			S: X-GOOGLE-RICO
			S: SASL PLAIN XOAUTH2 OAUTHBEARER
			S: .
			C: STAT
			S: -ERR bad command №
			C: NOOP
			S: +OK
			C: QUIT
			S: +OK Farewell.
			END`},
		{"the login in two steps, and what a mail program asks", `
			C: AUTH XOAUTH2
			S: +` + " " + `
			C: {good}
			S: +OK Welcome.
			C: STAT
			S: +OK 3 …
			C: LIST
			S: +OK 3 messages …
			S: 1 …
			S: 2 …
			S: 3 …
			S: .
			C: UIDL 2
			S: +OK 2 GmailId…
			C: TOP 2 2
			S: +OK …
			S: From: …
			S: To: office@example.com
			S: Subject: …
			S: Date: …
			S: Message-ID: …
			S: MIME-Version: 1.0
			S: Content-Type: …
			S: Content-Transfer-Encoding: 8bit
			S: …
			S: Ę, é, ț.
			S: ..
			S: .
			C: DELE 1
			S: +OK marked for deletion
			C: RETR 1
			S: -ERR Message number out of range.
			C: LIST 1
			S: -ERR Message number out of range.
			C: UIDL
			S: +OK 2 messages …
			S: 2 GmailId…
			S: 3 GmailId…
			S: .
			C: RSET
			S: +OK
			C: LIST 1
			S: +OK 1 …
			C: RETR 4
			S: -ERR Message number out of range.
			C: RETR
			S: -ERR Message number out of range.
			C: TOP 1
			S: -ERR bad command
			C: TOP 1 x
			S: -ERR bad command
			C: NOOP
			S: +OK
			C: CAPA
			S: +OK Capability list follows
			S: USER
			S: RESP-CODES
			S: EXPIRE 0
			S: LOGIN-DELAY 300
			S: TOP
			S: UIDL
			S: X-GOOGLE-RICO
			S: SASL …
			S: .
			C: XYZ
			S: -ERR bad command №
			C: QUIT
			S: +OK Farewell.
			END`},
		{"the login in one step", `
			C: AUTH OAUTHBEARER {bearer}
			S: +OK Welcome.`},
		{"a bad token", `
			C: AUTH XOAUTH2
			S: +` + " " + `
			C: {bad}
			S: + {challenge}
			C:
			S: -ERR [AUTH] Username and password not accepted.
			C: AUTH OAUTHBEARER {badbearer}
			S: + {bearerchallenge}
			C: AQ==
			S: -ERR [AUTH] Username and password not accepted.`},
		{"what is no login", `
			C: AUTH XOAUTH2 {half}
			S: -ERR Invalid SASL argument. №
			C: AUTH XOAUTH2 =
			S: -ERR Invalid SASL argument. №
			C: AUTH XOAUTH2
			S: +` + " " + `
			C: *
			S: -ERR Authentication cancelled. №
			C: AUTH CRAM-MD5
			S: -ERR Unrecognized authentication type №
			C: USER a
			S: +OK send PASS
			C: PASS b
			S: -ERR [AUTH] Username and password not accepted.`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			l := w.dial(t, w.POP3)
			l.t = t
			l.talk("S: +OK Gpop ready for requests from 127.0.0.1 №")
			l.talk(filled(tt.dialogue))
		})
	}
}

// A client that talks nonsense is sent away, and so is one that never ends its line.
func TestNonsense(t *testing.T) {
	w := start(t)
	for _, server := range []google.Server{w.IMAP, w.SMTP, w.POP3} {
		l := w.dial(t, server)
		l.hear()
		for range maxBad {
			l.say("nonsense nonsense")
			l.hear()
		}
		l.say("nonsense nonsense")
		l.hear()
		l.ended()

		l = w.dial(t, server)
		l.hear()
		_, _ = l.conn.Write(make([]byte, 2*maxLine))
		l.ended()
	}
}
