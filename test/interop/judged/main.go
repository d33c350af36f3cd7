// Command judged is a consumer of the contract on nothing but the published generated code and grpc-go, as
// `configstream conformance consumer` judges it: it prints its settings after each change, and for each line of standard input.
package main

import (
	"bufio"
	"encoding/json"
	"os"
	"strings"
	"sync"
)

// Settings that the kit sends to do harm; some hold what JSON cannot say.
const ignored = "conformance.ignored"

func main() {
	var printing sync.Mutex
	known := &state{}
	out := json.NewEncoder(os.Stdout)
	show := func() {
		printing.Lock()
		defer printing.Unlock()
		_ = out.Encode(map[string]any{"settings": printable(known)})
	}
	known.changed = show
	go live(known, placeOf(os.Getenv))
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		show()
	}
}

// printable gives nil as long as there are no settings.
func printable(known *state) any {
	settings := known.settings()
	if settings == nil {
		return nil
	}
	for key := range settings {
		if strings.HasPrefix(key, ignored) || !strings.HasPrefix(key, "conformance.") {
			delete(settings, key)
		}
	}
	return settings
}
