package program_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"gmailoauth/internal/diagnosis"
	"gmailoauth/internal/store/program"
)

// TestMain lets the test binary play the admin's program: BINARY plays ROLE FILE verb name.
func TestMain(m *testing.M) {
	if len(os.Args) == 6 && os.Args[1] == "plays" {
		os.Exit(play(os.Args[2], os.Args[3], os.Args[4], os.Args[5]))
	}
	goleak.VerifyTestMain(m)
}

func play(role, file, verb, name string) int {
	fmt.Fprintln(os.Stderr, "some other line\n\x1b[31mthe "+verb+" of it\x1b[0m")
	switch role {
	case "shelf":
		return shelve(file, verb)
	case "trims": // as many password managers do
		if verb == "get" {
			text, _ := os.ReadFile(file)
			fmt.Print(strings.TrimSpace(string(text)))
			return 0
		}
		return shelve(file, verb)
	case "forgetful":
		if verb == "get" {
			return 66
		}
	case "cutting":
		if verb == "get" {
			fmt.Print("{")
		}
	case "fails":
		return 1
	case "refuses":
		return 66
	case "later":
		return 75
	case "hangs":
		time.Sleep(time.Minute)
	case "babbles":
		fmt.Print(strings.Repeat("x", 3<<20))
	case "leaks":
		fmt.Fprintln(os.Stderr, `cannot parse {"refresh_token": "1//0"}`)
		return 1
	case "names":
		fmt.Print(name)
	case "stdin": // says whether anything came in
		text, _ := io.ReadAll(os.Stdin)
		fmt.Printf("%d bytes", len(text))
	}
	return 0
}

func shelve(file, verb string) int {
	switch verb {
	case "get":
		text, err := os.ReadFile(file)
		if err != nil {
			return 66
		}
		fmt.Print(string(text))
	case "put":
		text, err := io.ReadAll(os.Stdin)
		if err != nil || os.WriteFile(file, text, 0o600) != nil {
			return 1
		}
	case "delete":
		if os.Remove(file) != nil {
			return 66
		}
	}
	return 0
}

func playing(t *testing.T, role string) *program.Keeper {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	k, err := program.New(program.Join([]string{self, "plays", role, filepath.Join(t.TempDir(), "a file")}), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

func TestProtocol(t *testing.T) {
	for _, role := range []string{"shelf", "trims"} {
		k := playing(t, role)
		ctx := t.Context()
		if role == "shelf" {
			if _, err := k.Read(ctx, "a"); !errors.Is(err, fs.ErrNotExist) {
				t.Errorf("Read before = %v, want not there", err)
			}
		}
		text := "{\"a\": \"ż\"}\n"
		if err := k.Write(ctx, "a", []byte(text)); err != nil {
			t.Fatalf("Write = %v, want nil", err)
		}
		if got, err := k.Read(ctx, "a"); err != nil || strings.TrimSpace(string(got)) != strings.TrimSpace(text) {
			t.Errorf("Read = %q, %v, want what was written", got, err)
		}
		for range 2 { // the second finds nothing, which is no error
			if err := k.Remove(ctx, "a"); err != nil {
				t.Errorf("Remove = %v, want nil", err)
			}
		}
	}
}

func TestProgramsThatFail(t *testing.T) {
	read := func(k *program.Keeper) error { _, err := k.Read(t.Context(), "a"); return err }
	write := func(k *program.Keeper) error { return k.Write(t.Context(), "a", []byte("{}\n")) }
	remove := func(k *program.Keeper) error { return k.Remove(t.Context(), "a") }
	tests := []struct {
		role, code, text string
		do               func(*program.Keeper) error
	}{
		{"fails", "program-failed", "the get of it", read},
		{"fails", "program-failed", "the put of it", write},
		{"fails", "program-failed", "the delete of it", remove},
		{"refuses", "program-failed", "", write}, // 66 has no meaning there
		{"later", "program-says-later", "", read},
		{"later", "program-says-later", "", write},
		{"forgetful", "program-kept-otherwise", "", write},
		{"cutting", "program-kept-otherwise", "", write},
		{"forgetful", "", "", remove},
		{"nothing", "program-said-nothing", "nothing was printed, and the exit code was 0", read},
		{"babbles", "program-failed", "", read},
		{"leaks", "program-failed", "(a line that may hold a secret)", read},
	}
	for _, test := range tests {
		err := test.do(playing(t, test.role))
		symptom, ok := errors.AsType[*diagnosis.Symptom](err)
		if test.code == "" {
			if err != nil {
				t.Errorf("%s: %v, want nil", test.role, err)
			}
			continue
		}
		if !ok || symptom.Code != test.code || test.text != "" && symptom.Text != test.text || symptom.Facts["program"] == "" {
			t.Errorf("%s: %v, want %s %q", test.role, err, test.code, test.text)
		}
		if strings.Contains(fmt.Sprint(err), "1//0") {
			t.Errorf("%s: a secret is shown: %v", test.role, err)
		}
	}
}

func TestProgramThatHangsIsEnded(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	k, err := program.New(program.Join([]string{self, "plays", "hangs", "x"}), 50*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	begun := time.Now()
	_, err = k.Read(t.Context(), "a")
	symptom, ok := errors.AsType[*diagnosis.Symptom](err)
	if !ok || symptom.Code != "program-silent" || time.Since(begun) > 10*time.Second {
		t.Errorf("Read = %v after %v, want program-silent at once", err, time.Since(begun))
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := playing(t, "hangs").Read(ctx, "a"); !errors.Is(err, context.Canceled) {
		t.Errorf("Read when it is over = %v, want canceled", err)
	}
}

func TestProgramThatIsNotThere(t *testing.T) {
	for _, line := range []string{"/nonexistent/program", "no-such-program-anywhere"} {
		k, err := program.New(line, 0)
		if err != nil {
			t.Fatal(err)
		}
		_, err = k.Read(t.Context(), "a")
		symptom, ok := errors.AsType[*diagnosis.Symptom](err)
		if !ok || symptom.Code != "program-not-started" || symptom.Facts["program"] != line {
			t.Errorf("%s: %v, want program-not-started", line, err)
		}
	}
}

// A name is never taken for an option, and nothing waits at standard input.
func TestWhatTheProgramGets(t *testing.T) {
	for name, want := range map[string]string{"office@example.com": "office@example.com", "-rf@example.com": "%2Drf@example.com"} {
		if got, err := playing(t, "names").Read(t.Context(), name); err != nil || string(got) != want {
			t.Errorf("%s: the program got %q, %v, want %q", name, got, err, want)
		}
	}
	if got, err := playing(t, "stdin").Read(t.Context(), "a"); err != nil || string(got) != "0 bytes" {
		t.Errorf("get: standard input had %q, %v, want nothing", got, err)
	}
}

func TestCommandLines(t *testing.T) {
	tests := []struct {
		line string
		want []string
	}{
		{"pass.sh", []string{"pass.sh"}},
		{"  /opt/my-keeper   --vault  Mail ", []string{"/opt/my-keeper", "--vault", "Mail"}},
		{`"C:\Program Files\keeper.exe" -v 'a "b" c' ""`, []string{`C:\Program Files\keeper.exe`, "-v", `a "b" c`, ""}},
		{`a"b c"d`, []string{"ab cd"}},
		{"$HOME `id` ;|&", []string{"$HOME", "`id`", ";|&"}}, // no shell
		{"", nil}, {"   ", nil}, {`""`, nil}, {`'open`, nil}, {"a\nb", nil},
	}
	for _, test := range tests {
		k, err := program.New(test.line, 0)
		if test.want == nil {
			if symptom, ok := errors.AsType[*diagnosis.Symptom](err); !ok || symptom.Code != "store-command" {
				t.Errorf("New(%q) = %v, want store-command", test.line, err)
			}
			continue
		}
		if err != nil || !slices.Equal(k.Words(), test.want) {
			t.Errorf("New(%q) = %v, %v, want %q", test.line, k, err, test.want)
		}
	}
}

func FuzzJoin(f *testing.F) {
	f.Add("a", `b "c" 'd'`)
	f.Add("", "'")
	f.Fuzz(func(t *testing.T, one, two string) {
		if one == "" || strings.ContainsFunc(one+two, func(c rune) bool { return c < ' ' && c != '\t' || c == '\uFFFD' }) {
			return
		}
		k, err := program.New(program.Join([]string{one, two}), 0)
		if err != nil || !slices.Equal(k.Words(), []string{one, two}) {
			t.Errorf("Join(%q, %q) = %q, %v", one, two, program.Join([]string{one, two}), err)
		}
	})
}
