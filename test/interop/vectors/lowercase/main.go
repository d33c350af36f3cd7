// Prints test/fixtures/go-lower-case.json: go run ./lowercase > ../../fixtures/go-lower-case.json
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"unicode"
)

type vectors struct {
	About   string `json:"about"`
	Unicode string `json:"unicode"`
	Letters string `json:"letters"`
}

func main() {
	var letters []string
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if lower := unicode.ToLower(r); lower != r {
			letters = append(letters, fmt.Sprintf("%x:%x", r, lower))
		}
	}
	out := json.NewEncoder(os.Stdout)
	out.SetIndent("", "  ")
	out.SetEscapeHTML(false)
	err := out.Encode(vectors{
		About:   "What Go's unicode.ToLower changes: letter and its lower case, in hexadecimal. Printed by test/interop/vectors/lowercase.",
		Unicode: unicode.Version,
		Letters: strings.Join(letters, " "),
	})
	if err != nil {
		panic(err)
	}
}
