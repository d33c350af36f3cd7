package main

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"time"

	"google.golang.org/grpc"
	grpccredentials "google.golang.org/grpc/credentials"
	"google.golang.org/grpc/keepalive"
)

const (
	wayNetHTTP = "net-http"
	wayGRPC    = "grpc"

	maxMessageBytes = 128 * 1024 * 1024
)

// front is one listener with a server behind it.
type front struct {
	// Stops listening, says GOAWAY on every connection, and leaves open streams alone. May block until they are over.
	leave func()
	// Ends everything at once.
	kill func()
}

// host serves at one address, by one front at a time.
type host struct {
	options     options
	credentials *credentials
	services    *services
	seen        *report

	mu       sync.Mutex
	listener *gatedListener
	front    front
}

func startHost(o options, c *credentials, s *services, seen *report) (*host, error) {
	h := &host{options: o, credentials: c, services: s, seen: seen}
	listener, err := net.Listen("tcp", o.address)
	if err != nil {
		return nil, err
	}
	return h, h.serve(listener)
}

func (h *host) address() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.listener.Addr().String()
}

func (h *host) serve(listener net.Listener) error {
	gated := &gatedListener{Listener: listener, onAccept: func() {
		h.seen.note(func(s *sights) { s.Connections++ })
	}}
	var f front
	switch h.options.way {
	case wayNetHTTP:
		f = h.serveByNetHTTP(gated)
	case wayGRPC:
		f = h.serveByGRPC(gated)
	default:
		return fmt.Errorf("unknown way to serve %q", h.options.way)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.listener, h.front = gated, f
	return nil
}

// serveByNetHTTP serves as the original does: grpc-go is only a handler under net/http's HTTP/2 server, whose
// connections it never sees. Its own rules about pings do not apply there.
func (h *host) serveByNetHTTP(listener net.Listener) front {
	server := h.newServer()
	tlsConfig := h.tlsConfig()
	tlsConfig.NextProtos = []string{"h2"}
	web := &http.Server{
		TLSConfig: tlsConfig,
		Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.ProtoMajor == 2 && strings.HasPrefix(r.Header.Get("Content-Type"), "application/grpc") {
				server.ServeHTTP(w, r)
				return
			}
			http.NotFound(w, r)
		}),
	}
	go func() { _ = web.Serve(tls.NewListener(listener, tlsConfig)) }()
	return front{
		leave: func() { _ = web.Shutdown(context.Background()) },
		kill:  func() { _ = web.Close() },
	}
}

// serveByGRPC serves by grpc-go's own listener, which by default takes pings more often than every 5 minutes for abuse.
func (h *host) serveByGRPC(listener net.Listener) front {
	options := []grpc.ServerOption{grpc.Creds(grpccredentials.NewTLS(h.tlsConfig()))}
	if h.options.minPing > 0 {
		options = append(options, grpc.KeepaliveEnforcementPolicy(keepalive.EnforcementPolicy{MinTime: h.options.minPing}))
	}
	server := h.newServer(options...)
	go func() { _ = server.Serve(listener) }()
	return front{leave: server.GracefulStop, kill: server.Stop}
}

func (h *host) newServer(more ...grpc.ServerOption) *grpc.Server {
	options := append(interceptors(h.credentials.token, h.seen),
		grpc.MaxRecvMsgSize(maxMessageBytes), grpc.MaxSendMsgSize(maxMessageBytes))
	server := grpc.NewServer(append(options, more...)...)
	h.services.addTo(server)
	return server
}

func (h *host) tlsConfig() *tls.Config {
	check := tls.RequireAndVerifyClientCert
	if h.options.anybody {
		check = tls.NoClientCert
	}
	return &tls.Config{
		Certificates: []tls.Certificate{h.credentials.certificate},
		ClientCAs:    h.credentials.pool,
		ClientAuth:   check,
	}
}

// goAway leaves as an agent does that is restarted in good order: GOAWAY at once, the open streams' end after `drain`. In
// the meantime a new front listens at the same address.
func (h *host) goAway(drain time.Duration) error {
	address := h.address()
	h.mu.Lock()
	old := h.front
	h.mu.Unlock()
	go old.leave()
	time.AfterFunc(drain, old.kill)
	listener, err := listenSoon(address)
	if err != nil {
		return err
	}
	return h.serve(listener)
}

// listenSoon listens at an address that is about to become free.
func listenSoon(address string) (net.Listener, error) {
	var err error
	for range 200 {
		var listener net.Listener
		if listener, err = net.Listen("tcp", address); err == nil {
			return listener, nil
		}
		time.Sleep(10 * time.Millisecond)
	}
	return nil, err
}

// silence makes the present connections mute and deaf without closing them, as behind a cable that was pulled; new ones
// are served as ever. It returns how many there are.
func (h *host) silence(on bool) int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.listener.silence(on)
}
