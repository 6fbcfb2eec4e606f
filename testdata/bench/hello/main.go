// Command hello is the least that a Go process can do: the yardstick of make bench.
package main

import "os"

func main() { _, _ = os.Stdout.WriteString("hello\n") }
