package store_test

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"gmailoauth/internal/account"
	"gmailoauth/internal/secret"
	"gmailoauth/internal/store"
	"gmailoauth/internal/store/storetest"
)

// child is what the test binary does when it plays another process.
func child(role string) int {
	dir := os.Getenv("STORE_TEST_DIR")
	ctx := context.Background()
	s, err := store.Open("file", store.Options{Paths: pathsIn(dir)})
	if err != nil {
		return told(err)
	}
	switch role {
	case "writer":
		fmt.Println("ready")
		for i := 0; ; i++ {
			if err := s.Put(ctx, box, big(i)); err != nil {
				return told(err)
			}
		}
	case "caller":
		_, _ = os.Stdin.Read(make([]byte, 1)) // all start together
		fresh := func(token account.Token) bool { return strings.HasPrefix(token.Access.Reveal(), "renewed") }
		got, _, err := store.Fresh(ctx, s, box, fresh, renewOver(os.Getenv("STORE_TEST_URL")))
		if err != nil {
			return told(err)
		}
		fmt.Print(got.Token.Access.Reveal())
		return 0
	case "mover":
		return mover(ctx, dir)
	case "limited":
		return limited(ctx, s)
	}
	return 9
}

func told(err error) int {
	fmt.Println(err)
	return 1
}

// big are credentials long enough to be written in more than one piece.
func big(i int) account.Credentials {
	c := storetest.Sample("old")
	c.Token.Refresh = secret.New(fmt.Sprintf("%d-%s-%d", i, strings.Repeat("x", 100_000), i))
	return c
}

func renewOver(url string) func(context.Context, account.Credentials) (account.Token, error) {
	return func(ctx context.Context, _ account.Credentials) (account.Token, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, url, nil)
		if err != nil {
			return account.Token{}, err
		}
		reply, err := http.DefaultClient.Do(request)
		if err != nil {
			return account.Token{}, err
		}
		body, err := io.ReadAll(reply.Body)
		_ = reply.Body.Close()
		return account.Token{Access: secret.New(string(body))}, err
	}
}

// process gives a command that runs the test binary in a role.
func process(t *testing.T, role, dir string, env ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, "-test.run=^$")
	cmd.Env = append(os.Environ(), append(env, "STORE_TEST_ROLE="+role, "STORE_TEST_DIR="+dir)...)
	return cmd
}

func TestKillAtAnyMomentLosesNothing(t *testing.T) {
	dir := t.TempDir()
	s := open(t, "file", dir)
	if err := s.Put(t.Context(), box, big(0)); err != nil {
		t.Fatal(err)
	}
	for i := range 50 {
		cmd := process(t, "writer", dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		line, _ := bufio.NewReader(out).ReadString('\n')
		if line != "ready\n" {
			t.Fatalf("writer said %q, want ready", line)
		}
		<-time.After(time.Duration(rand.IntN(8000)) * time.Microsecond) // some moment of a write
		if err := cmd.Process.Kill(); err != nil {
			t.Fatalf("kill %d = %v, want nil", i, err)
		}
		_ = cmd.Wait()
		got, err := s.Get(t.Context(), box)
		if err != nil {
			t.Fatalf("after kill %d: Get = %v, want nil", i, err)
		}
		parts := strings.Split(got.Token.Refresh.Reveal(), "-")
		if len(parts) != 3 || parts[0] != parts[2] {
			t.Fatalf("after kill %d: Get gave part of a token", i)
		}
		if err := s.Put(t.Context(), box, got); err != nil {
			t.Fatalf("after kill %d: Put = %v, want nil", i, err)
		}
	}
	entries, err := os.ReadDir(pathsIn(dir).Data + "/secrets")
	if err != nil || len(entries) != 1 {
		t.Errorf("the folder holds %v, %v, want the one file", entries, err)
	}
}

func TestManyProcessesRenewOnce(t *testing.T) {
	dir := t.TempDir()
	s := open(t, "file", dir)
	if err := s.Put(t.Context(), box, storetest.Sample("stale")); err != nil {
		t.Fatal(err)
	}
	var renewals atomic.Int32
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprintf(w, "renewed-%d", renewals.Add(1))
	}))
	defer server.Close()

	const processes = 20
	outs := make([]bytes.Buffer, processes)
	var starts []io.Closer
	var wg sync.WaitGroup
	for i := range processes {
		cmd := process(t, "caller", dir, "STORE_TEST_URL="+server.URL)
		cmd.Stdout = &outs[i]
		start, err := cmd.StdinPipe()
		if err != nil {
			t.Fatal(err)
		}
		starts = append(starts, start)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		wg.Go(func() {
			if err := cmd.Wait(); err != nil {
				t.Errorf("process %d = %v: %s", i, err, outs[i].String())
			}
		})
	}
	for _, start := range starts {
		_ = start.Close()
	}
	wg.Wait()
	for i := range outs {
		if got := outs[i].String(); got != "renewed-1" {
			t.Errorf("process %d got %q, want renewed-1", i, got)
		}
	}
	if got := renewals.Load(); got != 1 {
		t.Errorf("%d processes renewed %d times, want 1", processes, got)
	}
}
