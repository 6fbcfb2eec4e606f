package keyring

import (
	"context"
	"errors"
	"io/fs"
	"net"
	"os/exec"
	"strings"
	"syscall"

	"github.com/zalando/go-keyring"

	"gmailoauth/internal/diagnosis"
)

// refusal is an error of the library as this room gives it.
func refusal(err error) error {
	switch {
	case err == nil:
		return nil
	case errors.Is(err, keyring.ErrNotFound):
		return fs.ErrNotExist
	}
	return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: codeOf(err), Err: err}
}

// What security(1) and the Credential Manager say by number.
const (
	interactionNotAllowed = 36                  // errSecInteractionNotAllowed, as the exit status of security
	noLogonSession        = syscall.Errno(1312) // ERROR_NO_SUCH_LOGON_SESSION
)

// codeOf tells the refusals apart. The library has no types for most of them.
func codeOf(err error) string {
	if code := busCode(err); code != "" {
		return code
	}
	if errors.Is(err, keyring.ErrUnsupportedPlatform) {
		return "keyring-no-service"
	}
	if _, ok := errors.AsType[*exec.Error](err); ok { // dbus-launch or security is not there
		return "keyring-no-session"
	}
	if _, ok := errors.AsType[*net.OpError](err); ok || errors.Is(err, noLogonSession) { // a bus that is gone
		return "keyring-no-session"
	}
	if ended, ok := errors.AsType[*exec.ExitError](err); ok && ended.ExitCode() == interactionNotAllowed {
		return "keyring-locked"
	}
	if strings.Contains(err.Error(), "failed to unlock") { // the window was closed, or could not be shown
		return "keyring-locked"
	}
	return "keyring-failed"
}

// silent is the Symptom of a keyring that did not answer in time, or of a
// caller who left.
func silent(ctx context.Context) error {
	if errors.Is(ctx.Err(), context.Canceled) {
		return diagnosis.SymptomOf(ctx.Err())
	}
	return &diagnosis.Symptom{Where: diagnosis.AtStore, Code: "keyring-silent", Err: ctx.Err()}
}
