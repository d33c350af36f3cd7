package main

import "regexp"

// frameCounter counts what the HTTP/2 stacks tell about their frames when GODEBUG has http2debug=2. Neither net/http nor
// grpc-go has another way to learn of pings, and both tell it alike.
type frameCounter struct{ seen *report }

var (
	frameLine   = regexp.MustCompile(`^http2: Framer \S+: (read PING|wrote GOAWAY) (.*)`)
	requestLine = regexp.MustCompile(`^http2: decoded hpack field header field ":path" = "([^"]*)"`)
	answer      = regexp.MustCompile(`^flags=ACK`)
)

// Write takes one line of package log.
func (f frameCounter) Write(line []byte) (int, error) {
	if match := frameLine.FindSubmatch(line); match != nil {
		kind, rest := string(match[1]), string(match[2])
		f.seen.note(func(s *sights) {
			if kind == "wrote GOAWAY" {
				s.GoAways = append(s.GoAways, rest)
			} else if !answer.MatchString(rest) {
				s.Pings++
			}
		})
	} else if match := requestLine.FindSubmatch(line); match != nil {
		path := string(match[1])
		f.seen.note(func(s *sights) { s.Requests[path]++ })
	}
	return len(line), nil
}
