package main

import (
	"bufio"
	"encoding/binary"
	"net"
	"runtime"
	"slices"
	"strings"

	"github.com/godbus/dbus/v5"
)

// bus stands for a session bus on which a keyring refuses: it says what a real
// one says, and knows no more. The real ones are asked in internal/e2e.
type bus func(call *dbus.Message, member string) []*dbus.Message

// keyringRows are what stands between us and a keyring.
func keyringRows() map[string]produced {
	asks := func(b bus) produced {
		return func(o *workplace) told {
			if runtime.GOOS != "linux" {
				return told{cannot: "the keyring of " + runtime.GOOS + " is not asked over a bus"}
			}
			o.connect()
			o.env["DBUS_SESSION_BUS_ADDRESS"] = b.start(o)
			return o.program(nil, nil, "token", o.who, "--store", "keyring", "--timeout", "1s")
		}
	}
	refuses := func(name, words string) produced {
		return asks(func(call *dbus.Message, _ string) []*dbus.Message {
			return []*dbus.Message{{Type: dbus.TypeError, Headers: answering(call, dbus.FieldErrorName, name), Body: []any{words}}}
		})
	}
	return map[string]produced{
		"keyring-no-session": func(o *workplace) told {
			o.connect()
			o.env["DBUS_SESSION_BUS_ADDRESS"] = "unix:path=" + o.env["HOME"] + "/bus" // of a session that is over
			if runtime.GOOS != "linux" {
				return told{cannot: runtime.GOOS + " has a keyring always"}
			}
			return o.program(nil, nil, "token", o.who, "--store", "keyring")
		},
		"keyring-no-service": refuses("org.freedesktop.DBus.Error.ServiceUnknown", "The name org.freedesktop.secrets was not provided by any .service files"),
		"keyring-failed":     refuses("org.freedesktop.DBus.Error.AccessDenied", "Rejected send message"),
		"keyring-silent":     asks(func(*dbus.Message, string) []*dbus.Message { return nil }),
		"keyring-locked":     asks(locked),
		"keyring-too-big": func(*workplace) told {
			return told{cannot: "the Secret Service takes texts of any size"}
		},
	}
}

// locked asks for the password in a window, which somebody closes.
func locked(call *dbus.Message, member string) []*dbus.Message {
	reply := func(body ...any) *dbus.Message {
		return &dbus.Message{Type: dbus.TypeMethodReply, Headers: answering(call), Body: body}
	}
	switch member {
	case "Get": // the list of collections
		return []*dbus.Message{reply(dbus.MakeVariant([]dbus.ObjectPath{"/org/freedesktop/secrets/collection/login"}))}
	case "Unlock":
		return []*dbus.Message{reply([]dbus.ObjectPath{}, dbus.ObjectPath("/prompt"))}
	case "Prompt":
		closed := &dbus.Message{Type: dbus.TypeSignal, Headers: map[dbus.HeaderField]dbus.Variant{
			dbus.FieldPath: dbus.MakeVariant(dbus.ObjectPath("/prompt")), dbus.FieldInterface: dbus.MakeVariant("org.freedesktop.Secret.Prompt"),
			dbus.FieldMember: dbus.MakeVariant("Completed"), dbus.FieldSender: dbus.MakeVariant("org.freedesktop.secrets")},
			Body: []any{true, dbus.MakeVariant([]dbus.ObjectPath{})}}
		return []*dbus.Message{reply(), closed}
	}
	return []*dbus.Message{reply()}
}

func answering(call *dbus.Message, pairs ...any) map[dbus.HeaderField]dbus.Variant {
	headers := map[dbus.HeaderField]dbus.Variant{dbus.FieldReplySerial: dbus.MakeVariant(call.Serial())}
	for i := 0; i < len(pairs); i += 2 {
		headers[pairs[i].(dbus.HeaderField)] = dbus.MakeVariant(pairs[i+1])
	}
	return headers
}

// start listens on loopback until the test ends, and gives the address.
func (b bus) start(o *workplace) string {
	o.t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		o.t.Fatal(err)
	}
	o.t.Cleanup(func() { _ = listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			go b.serve(conn)
		}
	}()
	_, port, _ := net.SplitHostPort(listener.Addr().String())
	return "tcp:host=127.0.0.1,port=" + port
}

func (b bus) serve(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	in := bufio.NewReader(conn)
	if _, err := in.ReadByte(); err != nil { // a null byte begins
		return
	}
	for {
		line, err := in.ReadString('\n')
		line = strings.TrimSpace(line)
		switch {
		case err != nil:
			return
		case line == "AUTH":
			_, _ = conn.Write([]byte("REJECTED EXTERNAL\r\n"))
			continue
		case strings.HasPrefix(line, "AUTH "):
			_, _ = conn.Write([]byte("OK 0123456789abcdef0123456789abcdef\r\n"))
			continue
		case line != "BEGIN":
			_, _ = conn.Write([]byte("ERROR\r\n"))
			continue
		}
		break
	}
	for {
		call, err := dbus.DecodeMessage(in)
		if err != nil {
			return
		}
		member, _ := call.Headers[dbus.FieldMember].Value().(string)
		replies := []*dbus.Message{{Type: dbus.TypeMethodReply, Headers: answering(call), Body: []any{":1.1"}}}
		if member != "Hello" {
			replies = b(call, member)
		}
		for _, reply := range slices.Clone(replies) {
			if len(reply.Body) > 0 {
				reply.Headers[dbus.FieldSignature] = dbus.MakeVariant(dbus.SignatureOf(reply.Body...))
			}
			if reply.EncodeTo(conn, binary.LittleEndian) != nil {
				return
			}
		}
	}
}
