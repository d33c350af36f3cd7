// Command consumer is a remote agent: it registers with a core agent, takes the stream into a configuration of the published module
// nodetreemodel in the way of the original (configstream.go), and answers each line of standard input with its state as JSON.
package main

import (
	"bufio"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
)

func main() {
	dir := flag.String("dir", "", "where auth_token and ipc_cert.pem are")
	address := flag.String("address", "", "host:port of the core agent")
	declared := flag.String("declared", "[]", "keys and defaults as JSON: [{key, default}]")
	flag.Parse()
	if err := run(*dir, *address, *declared); err != nil {
		fmt.Fprintln(os.Stderr, "consumer:", err)
		os.Exit(1)
	}
}

func run(dir, address, declared string) error {
	var settings []setting
	if err := json.Unmarshal([]byte(declared), &settings); err != nil {
		return err
	}
	core, err := connect(filepath.Join(dir, "auth_token"), filepath.Join(dir, "ipc_cert.pem"), address)
	if err != nil {
		return err
	}
	mirror := newMirror(settings)
	go func() {
		if err := core.follow(mirror.take); err != nil {
			fmt.Fprintln(os.Stderr, "consumer:", err)
			os.Exit(1)
		}
	}()
	out := json.NewEncoder(os.Stdout)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		if err := out.Encode(mirror.state()); err != nil {
			return err
		}
	}
	return nil
}
