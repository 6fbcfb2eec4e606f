package main

import (
	"bufio"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
)

// aheadVariable sets the clock of the program under test forward; browserDesk
// is where the browser that it starts brings the address.
const (
	aheadVariable = "TEST_CLOCK_AHEAD"
	browserDesk   = "TEST_BROWSER_DESK"
)

func TestMain(m *testing.M) {
	testscript.Main(leakless{m}, map[string]func(){
		"gmailoauth":  programUnderTest,
		"the-browser": browserUnderTest,
		"the-admin":   adminWhoReads,
		"exits-with":  exitsWith,
	})
}

// programUnderTest is main, but for a clock that can be ahead, and a name server.
// Before it, package first has gone by the machine's clock; where another counts,
// GMAILOAUTH_PROVIDER is set, and first leaves everything to main.
func programUnderTest() {
	useNameServer(os.Getenv(nameServerVariable))
	ahead, err := time.ParseDuration(os.Getenv(aheadVariable))
	if err != nil {
		ahead = 0
	}
	os.Exit(begin(func() time.Time { return time.Now().Add(ahead) }))
}

// browserUnderTest is what BROWSER names: it hands the address to the story.
func browserUnderTest() {
	if visit(os.Args[len(os.Args)-1]) != nil {
		os.Exit(1)
	}
	os.Exit(0)
}

func visit(address string) error {
	resp, err := http.Get(os.Getenv(browserDesk) + "?" + url.Values{"address": {address}}.Encode())
	if err != nil {
		return err
	}
	defer func() { _ = resp.Body.Close() }()
	if resp.StatusCode != http.StatusOK {
		return errors.New(resp.Status)
	}
	return nil
}

// adminWhoReads runs a command, and brings the address that it prints, on a
// line of its own, to the browser.
func adminWhoReads() {
	cmd := exec.Command(os.Args[1], os.Args[2:]...)
	cmd.Stdin, cmd.Stderr = os.Stdin, os.Stderr
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		os.Exit(125)
	}
	for lines := bufio.NewScanner(out); lines.Scan(); {
		fmt.Println(lines.Text())
		if strings.HasPrefix(lines.Text(), "http") {
			if visit(lines.Text()) != nil {
				os.Exit(125)
			}
		}
	}
	_ = cmd.Wait()
	os.Exit(cmd.ProcessState.ExitCode())
}

// exitsWith runs a command that must end with a code, and passes Ctrl-C on.
func exitsWith() {
	interrupts := make(chan os.Signal, 1)
	signal.Notify(interrupts, os.Interrupt)
	cmd := exec.Command(os.Args[2], os.Args[3:]...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		os.Exit(125)
	}
	go func() {
		for range interrupts {
			_ = cmd.Process.Signal(os.Interrupt)
		}
	}()
	_ = cmd.Wait()
	if got := strconv.Itoa(cmd.ProcessState.ExitCode()); got != os.Args[1] {
		fmt.Fprintf(os.Stderr, "exits with %s, want %s\n", got, os.Args[1])
		os.Exit(1)
	}
	os.Exit(0)
}
