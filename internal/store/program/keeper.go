// Package program keeps texts with a program of the admin's: a password manager,
// a script around one, whatever can get, put and delete.
//
// The program is started once for each request, without a shell:
//
//	PROG ARG… get NAME     prints the text; exits 66 if there is none of that name
//	PROG ARG… put NAME     reads the text from its standard input, keeps it in the place of an older one
//	PROG ARG… delete NAME  forgets it; one that is not there is no error
//
// It exits 0 when that is done, 75 when trying later may help, and anything
// else when it failed. What it says on stderr is told then. The text is JSON of
// a few kilobytes that ends with a newline; the newline may get lost. 66 and 75
// are EX_NOINPUT and EX_TEMPFAIL of sysexits.h.
package program

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os/exec"
	"strings"
	"time"

	"gmailoauth/internal/diagnosis"
)

// The exit codes that have a meaning.
const (
	noSuchText = 66
	tryLater   = 75
)

// Patience bounds one request: a person may have to unlock something.
const Patience = time.Minute

// lingering bounds the wait for what a program that has ended left behind it.
const lingering = 2 * time.Second

// Keeper keeps texts with a program. Its errors are Symptoms, but for what is
// not there, which wraps [fs.ErrNotExist]. Any goroutine may use it, if the
// program can be run more than once at the same time.
type Keeper struct {
	words    []string
	patience time.Duration
}

// New gives the Keeper of a command line: words with spaces between them, and
// quotes, single or double, around a word that has spaces itself. Nothing else
// in it has a meaning, and nothing is started yet. Patience bounds a request; 0
// is [Patience].
func New(line string, patience time.Duration) (*Keeper, error) {
	words, err := split(line)
	if err == nil && (len(words) == 0 || words[0] == "") {
		err = errors.New("no program is named")
	}
	if err != nil {
		return nil, &diagnosis.Symptom{Where: diagnosis.AtInput, Code: "store-command", Err: err,
			Facts: map[string]string{"flag": "--store"}}
	}
	if patience == 0 {
		patience = Patience
	}
	return &Keeper{words, patience}, nil
}

// Words are the program and its arguments.
func (k *Keeper) Words() []string { return k.words }

// Read is get.
func (k *Keeper) Read(ctx context.Context, name string) ([]byte, error) {
	text, err := k.request(ctx, "get", name, nil)
	if err == nil && len(bytes.TrimSpace(text)) == 0 {
		err = k.symptom("program-said-nothing", "get", "nothing was printed, and the exit code was 0", nil)
	}
	return text, err
}

// Write is put, and get to see that it was: what is kept may exist nowhere else.
func (k *Keeper) Write(ctx context.Context, name string, text []byte) error {
	_, err := k.request(ctx, "put", name, text)
	if errors.Is(err, fs.ErrNotExist) {
		err = k.symptom("program-failed", "put", "", err)
	}
	if err != nil {
		return err
	}
	kept, err := k.request(ctx, "get", name, nil)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if !bytes.Equal(bytes.TrimSpace(kept), bytes.TrimSpace(text)) {
		return k.symptom("program-kept-otherwise", "put", "", nil)
	}
	return nil
}

// Remove is delete.
func (k *Keeper) Remove(ctx context.Context, name string) error {
	_, err := k.request(ctx, "delete", name, nil)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// request starts the program and waits for it.
func (k *Keeper) request(ctx context.Context, verb, name string, input []byte) ([]byte, error) {
	if rest, ok := strings.CutPrefix(name, "-"); ok {
		name = "%2D" + rest // or the program would take it for an option
	}
	bounded, cancel := context.WithTimeout(ctx, k.patience)
	defer cancel()
	args := append(append([]string{}, k.words[1:]...), verb, name)
	cmd := exec.CommandContext(bounded, k.words[0], args...)
	cmd.WaitDelay = lingering
	if input != nil { // else nothing: some programs put what a pipe brings
		cmd.Stdin = bytes.NewReader(input)
	}
	var out, said limited
	cmd.Stdout, cmd.Stderr = &out, &said
	err := cmd.Run()
	if err == nil && out.over {
		err = errors.New("it printed far too much")
	}
	if err == nil {
		return out.kept.Bytes(), nil
	}
	ended, ran := errors.AsType[*exec.ExitError](err)
	words := lastWords(said.kept.String())
	switch {
	case bounded.Err() != nil:
		return nil, k.symptom("program-silent", verb, words, bounded.Err())
	case ran && ended.ExitCode() == noSuchText && verb != "put":
		return nil, fmt.Errorf("%s %s: %w", verb, name, fs.ErrNotExist)
	case ran && ended.ExitCode() == tryLater:
		return nil, k.symptom("program-says-later", verb, words, err)
	case !ran && cmd.Process == nil:
		return nil, k.symptom("program-not-started", verb, "", err)
	}
	return nil, k.symptom("program-failed", verb, words, err)
}

// symptom tells what the program said last, else how it ended.
func (k *Keeper) symptom(code, verb, words string, err error) error {
	return (&diagnosis.Symptom{Where: diagnosis.AtStore, Code: code, Text: words, Err: err}).
		With("program", k.words[0], "verb", verb, "patience", k.patience.String())
}
