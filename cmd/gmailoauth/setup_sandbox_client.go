package main

import (
	"math/rand/v2"
	"net"
	"os"
	"slices"
	"strconv"

	"gmailoauth/internal/account"
	"gmailoauth/internal/playbook"
)

// provideClient makes the file of the client that is there for the asking: of
// the type, and with the redirect URIs, that the answers need. Another path is
// left alone.
func (s *sandboxWalk) provideClient(path string, answers playbook.Answers) error {
	if path != s.clientFile {
		return nil
	}
	book, err := s.load(answers.Get("target"))
	if err != nil {
		return err
	}
	complete := book.Complete(withoutAnswers(answers, clientKeys()))
	kind, uris := account.Desktop, []string(nil)
	if complete.Get("client_type") == string(account.Web) {
		port := complete.Get("redirect_port")
		if port == "" {
			if port, err = freePort(); err != nil {
				return err
			}
		}
		kind = account.Web
		uris = append(slices.Clone(complete["redirect_uris"].Values), "http://127.0.0.1:"+port+"/")
	}
	client := s.box.NewClient(kind, uris, complete.Get("project"))
	return os.WriteFile(path, s.box.ClientJSON(client), 0o600)
}

func withoutAnswers(answers playbook.Answers, keys []string) playbook.Answers {
	rest := playbook.Answers{}
	for key, answer := range answers {
		if !slices.Contains(keys, key) {
			rest[key] = answer
		}
	}
	return rest
}

// freePort is one on which nobody listens at the moment. It lies below those that
// systems give to whoever wants any (from 32768 on Linux, from 49152 elsewhere),
// so that it is still free when it is used.
func freePort() (port string, err error) {
	for range 100 {
		var listener net.Listener
		port = strconv.Itoa(20000 + rand.IntN(12000))
		listener, err = net.Listen("tcp", "127.0.0.1:"+port) //nolint:noctx // binding to loopback does not wait
		if err == nil {
			return port, listener.Close()
		}
	}
	return "", err
}

// suppliedBook proposes the ready-made client, for those who do not make one on
// the sandbox's console page.
type suppliedBook struct {
	*playbook.Playbook
	sandbox *sandboxWalk
}

// Resolve is the playbook's, with the proposal in it, and with the console's
// address where it is of use.
func (b suppliedBook) Resolve(answers playbook.Answers, marks playbook.Marks) []playbook.StepState {
	steps := b.Playbook.Resolve(answers, marks)
	for i := range steps {
		step := &steps[i]
		if step.Link == "" { // the console has no page for it
			step.URL = ""
		}
		for i := range step.Questions {
			q := &step.Questions[i]
			switch {
			case q.Key == "client_file" && q.Value == "":
				q.Value = b.sandbox.clientFile
			case q.Key == "service_account_file" && q.Value == "":
				q.Value = b.sandbox.keyFile()
			}
		}
	}
	return steps
}
