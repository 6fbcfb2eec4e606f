package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"gmailoauth/internal/account"
)

// nobody is a user that is not us, and that root may become.
const nobody = 65534

// machineRows are what a machine refuses: a disk, rights, ports.
func machineRows() map[string]produced {
	return map[string]produced{
		"disk-full": func(o *workplace) told {
			o.connect()
			return o.program(shell("ulimit -f 0"), nil, "token", o.who, "--renew")
		},
		"new-refresh-token-not-kept": func(o *workplace) told {
			o.connect()
			o.use("new-refresh-token")
			return o.program(shell("ulimit -f 0"), nil, "token", o.who, "--renew")
		},
		"disk-read-only": func(o *workplace) told {
			o.connect()
			home := strconv.Quote(o.env["HOME"])
			mount := "mount --bind " + home + " " + home + " && mount -o remount,ro,bind " + home + " || exit 99"
			got := o.program(apart(syscall.CLONE_NEWNS, mount), nil, "token", o.who, "--renew")
			return got.orCannot("nothing may be mounted")
		},
		"file-not-permitted": func(o *workplace) told {
			o.connect()
			_, file := o.keptFiles()
			if os.Geteuid() != 0 { // root reads everything
				if err := os.Chmod(file, 0); err != nil {
					o.t.Fatal(err)
				}
				return o.runs("token", o.who)
			}
			o.handOver(filepath.Dir(o.env["HOME"]))
			if err := os.Chown(file, 0, 0); err != nil {
				o.t.Fatal(err)
			}
			return o.program(o.asNobody(), nil, "token", o.who)
		},
		"file-of-another-user": func(o *workplace) told {
			if os.Geteuid() != 0 {
				return told{cannot: "only root can give a file away"}
			}
			o.connect()
			_, file := o.keptFiles()
			if err := os.Chown(file, nobody, nobody); err != nil {
				return told{cannot: err.Error()}
			}
			return o.runs("token", o.who)
		},
		"callback-port-not-allowed": func(o *workplace) told {
			_, file := o.client(account.Desktop)
			first, _ := os.ReadFile("/proc/sys/net/ipv4/ip_unprivileged_port_start")
			if n, err := strconv.Atoi(strings.TrimSpace(string(first))); err == nil && n <= 80 {
				return told{cannot: "everybody may listen on port 80"}
			}
			args := []string{"authorize", o.who, "--client-file", file, "--redirect-port", "80", "--no-browser"}
			if os.Geteuid() != 0 {
				return o.runs(args...)
			}
			o.handOver(filepath.Dir(o.env["HOME"]))
			o.handOver(filepath.Dir(file))
			return o.program(o.asNobody(), nil, args...)
		},
		"callback-cannot-listen": func(o *workplace) told { // a network of its own, in which nobody has ::1
			_, file := o.client(account.Web, "http://[::1]:8765/")
			got := o.program(apart(syscall.CLONE_NEWNET, "true"), nil, "authorize", o.who, "--client-file", file, "--no-browser")
			return got.orCannot("no network of its own")
		},
	}
}

// shell runs the program from a shell, after a line of its own.
func shell(before string) func(*exec.Cmd) {
	return func(cmd *exec.Cmd) {
		cmd.Args = append([]string{"sh", "-c", before + `; exec "$0" "$@"`, cmd.Path}, cmd.Args[1:]...)
		cmd.Path = "/bin/sh"
	}
}

// apart runs the program in namespaces of its own.
func apart(namespaces uintptr, before string) func(*exec.Cmd) {
	return func(cmd *exec.Cmd) {
		shell(before)(cmd)
		cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: syscall.CLONE_NEWUSER | namespaces,
			UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Geteuid(), Size: 1}},
			GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getegid(), Size: 1}}}
	}
}

func (got told) orCannot(why string) told {
	if got.code == 99 {
		got.cannot = why
	}
	return got
}

// handOver gives a folder and all that is in it to nobody.
func (o *workplace) handOver(folder string) {
	o.t.Helper()
	err := filepath.WalkDir(folder, func(path string, _ os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(path, nobody, nobody)
	})
	if err != nil {
		o.t.Fatal(err)
	}
}

// asNobody runs the program as nobody, from a place that nobody can reach.
func (o *workplace) asNobody() func(*exec.Cmd) {
	return func(cmd *exec.Cmd) {
		self, err := os.Executable()
		if err != nil {
			o.t.Fatal(err)
		}
		folder, err := os.MkdirTemp("", "gmailoauth-nobody-")
		if err != nil {
			o.t.Fatal(err)
		}
		o.t.Cleanup(func() { _ = os.RemoveAll(folder) })
		cmd.Path = filepath.Join(folder, "gmailoauth")
		data, err := os.ReadFile(self)
		if err == nil {
			err = os.WriteFile(cmd.Path, data, 0o755)
		}
		if err == nil {
			err = os.Chmod(folder, 0o755)
		}
		if err != nil {
			o.t.Fatal(err)
		}
		cmd.Args[0] = cmd.Path
		cmd.WaitDelay = time.Second
		cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	}
}
