// Command agent is a core agent for the interop check: a foreign judge of the consumer, in the language of the original.
//
// The original's own packages (comp/core/configstream, comp/core/remoteagentregistry and the module around them) cannot
// be had from the module proxy, at any version: it answers 403. So this is a server of this project's own. What it shares
// with the original is the published generated code (pkg/proto, package pbgo/core), the gRPC and HTTP/2 stacks (grpc-go,
// net/http), the credential files, the refusal codes, and the way in which settings change and are told:
//
//   - a snapshot holds one entry per leaf, the winning value and its source; so does an update; a removal names the
//     cleared layer in `unset_source` and carries what the key falls back to;
//   - what does not change the winning value is not told, and takes no sequence id; ids begin anew with the process;
//   - each subscriber has room for 100 events; what finds no room is dropped, and counts as sent all the same; a subscriber
//     that is behind for another reason is sent a snapshot at the next change;
//   - a stream needs a session in its metadata: none is UNAUTHENTICATED, an unknown one is PERMISSION_DENIED; a refresh
//     of an unknown session is NOT_FOUND; opening a stream counts as a refresh, holding it open does not.
//
// The test drives it with one JSON command per line on standard input and reads one JSON answer per line on standard
// output. The first line that it prints tells its address. It ends when standard input does.
package main

import (
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"os"
	"time"
)

type options struct {
	dir         string
	address     string
	way         string
	services    string
	settings    string
	refreshSecs uint
	idleLimit   time.Duration
	minPing     time.Duration
	anybody     bool
	plainUnsets bool
	reports     string
}

func main() {
	var o options
	flag.StringVar(&o.dir, "dir", "", "directory of auth_token and ipc_cert.pem; what is missing there is made")
	flag.StringVar(&o.address, "address", "127.0.0.1:0", "address to listen on")
	flag.StringVar(&o.way, "serve", wayNetHTTP, "net-http: as the original, through ServeHTTP; grpc: by grpc-go's own listener")
	flag.StringVar(&o.services, "services", "both", "both: both registration services; secure: only AgentSecure, as older agents")
	flag.StringVar(&o.settings, "settings", "", "JSON file of declared settings, which become the layer `default`")
	flag.UintVar(&o.refreshSecs, "refresh", 10, "recommended refresh interval in seconds")
	flag.DurationVar(&o.idleLimit, "idle", 30*time.Second, "a session expires when it was not refreshed for so long")
	flag.DurationVar(&o.minPing, "min-ping", 0, "grpc only: least time between pings; 0 is grpc-go's default of 5 minutes")
	flag.BoolVar(&o.anybody, "anybody", false, "let any client in, as somebody does who only pretends to be the agent")
	flag.BoolVar(&o.plainUnsets, "plain-unsets", false, "with the tag nodetreemodel: tell an unset as a plain update")
	flag.StringVar(&o.reports, "reports", reportsIssues, "issues: take health issues and events; events: only events, as older agents; none: neither")
	flag.Parse()
	if err := run(o); err != nil {
		fmt.Fprintln(os.Stderr, "agent:", err)
		os.Exit(1)
	}
}

func run(o options) error {
	seen := newReport()
	// What the HTTP/2 stacks tell about their frames goes through package log; see frames.go.
	log.SetFlags(0)
	log.SetOutput(frameCounter{seen})

	credentials, err := loadOrMakeCredentials(o.dir)
	if err != nil {
		return err
	}
	config := newConfig(o)
	if o.settings != "" {
		if err := config.declareFile(o.settings); err != nil {
			return err
		}
	}
	sessions := newRegistry(o.idleLimit)
	served := newServices(o, config, sessions, seen)
	host, err := startHost(o, credentials, served, seen)
	if err != nil {
		return err
	}

	answers := json.NewEncoder(os.Stdout)
	if err := answers.Encode(map[string]any{"address": host.address()}); err != nil {
		return err
	}
	judge := judge{config: config, sessions: sessions, host: host, seen: seen, reports: served.reports}
	judge.clients = &clients{credentials: credentials, sessions: sessions}
	commands := json.NewDecoder(os.Stdin)
	for {
		var c command
		if err := commands.Decode(&c); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return fmt.Errorf("a command could not be read: %w", err)
		}
		answer := map[string]any{"id": c.ID}
		if result, err := judge.obey(c); err != nil {
			answer["error"] = err.Error()
		} else {
			answer["result"] = result
		}
		if err := answers.Encode(answer); err != nil {
			return err
		}
	}
}
