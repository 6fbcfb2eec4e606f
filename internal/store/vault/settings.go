package vault

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net/netip"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"gmailoauth/internal/diagnosis"
)

// patience bounds one call where VAULT_CLIENT_TIMEOUT does not.
const patience = 30 * time.Second

// settings are what the variables say. Each may begin with BAO_ or VAULT_; as
// with OpenBao's own program, the first wins.
type settings struct {
	address   *url.URL
	namespace string
	timeout   time.Duration
	tls       *tls.Config
}

// look gives a variable by its name without the beginning, and its whole name.
func (k *Keeper) look(name string) (value, variable string) {
	for _, start := range []string{"BAO_", "VAULT_"} {
		if text, _ := k.env(start + name); strings.TrimSpace(text) != "" {
			return strings.TrimSpace(text), start + name
		}
	}
	return "", "VAULT_" + name
}

func (k *Keeper) settings() (s settings, err error) {
	text, variable := k.look("ADDR")
	if text == "" {
		return s, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "vault-no-address", Facts: map[string]string{"variable": variable}}
	}
	s.address, err = url.Parse(text)
	if err != nil || s.address.Host == "" || s.address.User != nil || !safe(s.address) {
		return s, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "vault-bad-address", Facts: map[string]string{"variable": variable}}
	}
	s.address.Path, s.address.RawQuery, s.address.Fragment = strings.TrimRight(s.address.Path, "/"), "", ""
	s.namespace, _ = k.look("NAMESPACE")
	if s.timeout, err = k.timeout(); err != nil {
		return s, err
	}
	s.tls, err = k.tls()
	return s, err
}

// safe: secrets travel encrypted, or not at all beyond this machine.
func safe(address *url.URL) bool {
	if address.Scheme == "https" {
		return true
	}
	ip, err := netip.ParseAddr(address.Hostname())
	return address.Scheme == "http" && (address.Hostname() == "localhost" || err == nil && ip.IsLoopback())
}

// timeout is written as Go writes it, or as seconds.
func (k *Keeper) timeout() (time.Duration, error) {
	text, variable := k.look("CLIENT_TIMEOUT")
	if text == "" {
		return patience, nil
	}
	if n, err := strconv.Atoi(text); err == nil {
		text = strconv.Itoa(n) + "s"
	}
	timeout, err := time.ParseDuration(text)
	if err != nil || timeout <= 0 {
		return 0, badVariable(variable)
	}
	return timeout, nil
}

func (k *Keeper) tls() (*tls.Config, error) {
	if text, variable := k.look("SKIP_VERIFY"); text != "" {
		off, err := strconv.ParseBool(text)
		if err != nil {
			return nil, badVariable(variable)
		}
		if off {
			return nil, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "vault-skip-verify", Facts: map[string]string{"variable": variable}}
		}
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12}
	config.ServerName, _ = k.look("TLS_SERVER_NAME")
	var err error
	if config.RootCAs, err = k.roots(); err != nil {
		return nil, err
	}
	certFile, variable := k.look("CLIENT_CERT")
	keyFile, _ := k.look("CLIENT_KEY")
	if certFile != "" || keyFile != "" {
		pair, err := tls.LoadX509KeyPair(certFile, keyFile)
		if err != nil {
			return nil, badFile(certFile, variable, err)
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return config, nil
}

// roots are the authorities that the variables name, in the place of the
// system's, as with the official clients; nil: the system's.
func (k *Keeper) roots() (*x509.CertPool, error) {
	text, variable := k.look("CACERT_BYTES")
	pool, found := x509.NewCertPool(), false
	if text != "" {
		if !pool.AppendCertsFromPEM([]byte(text)) {
			return nil, badVariable(variable)
		}
		return pool, nil
	}
	file, variable := k.look("CACERT")
	files := []string{file}
	if file == "" {
		var folder string
		if folder, variable = k.look("CAPATH"); folder == "" {
			return nil, nil
		}
		file = folder
		entries, err := os.ReadDir(folder)
		if err != nil {
			return nil, badFile(folder, variable, err)
		}
		files = files[:0]
		for _, entry := range entries {
			files = append(files, filepath.Join(folder, entry.Name()))
		}
	}
	for _, name := range files {
		pem, err := os.ReadFile(name)
		if err != nil && len(files) == 1 {
			return nil, badFile(name, variable, err)
		}
		found = pool.AppendCertsFromPEM(pem) || found
	}
	if !found {
		return nil, badFile(file, variable, errors.New("no certificate in it"))
	}
	return pool, nil
}

// secretFile reads a file that holds one secret, or one line.
func secretFile(file, variable string) (string, error) {
	data, err := os.ReadFile(file)
	if err != nil {
		return "", badFile(file, variable, err)
	}
	data = bytes.TrimSpace(data)
	if len(data) == 0 || len(data) > 64<<10 || bytes.ContainsAny(data, "\x00\r\n") {
		return "", badFile(file, variable, errors.New("not one line of text"))
	}
	return string(data), nil
}

func badVariable(variable string) error {
	return &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "vault-bad-variable", Facts: map[string]string{"variable": variable}}
}

func badFile(file, variable string, err error) error {
	return &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "vault-bad-file", Err: err,
		Facts: map[string]string{"file": file, "variable": variable}}
}
