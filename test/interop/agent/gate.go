package main

import (
	"net"
	"sync"
)

// gatedListener accepts connections that can be made silent.
type gatedListener struct {
	net.Listener
	onAccept func()

	mu    sync.Mutex
	conns []*gatedConn
}

// Accept implements net.Listener.
func (l *gatedListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if err != nil {
		return nil, err
	}
	l.onAccept()
	gated := &gatedConn{Conn: conn, closed: make(chan struct{})}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.conns = append(l.conns, gated)
	return gated, nil
}

func (l *gatedListener) silence(on bool) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	count := 0
	for _, conn := range l.conns {
		if conn.silence(on) {
			count++
		}
	}
	return count
}

// gatedConn holds back what comes in and what goes out while it is silent.
type gatedConn struct {
	net.Conn
	closed    chan struct{}
	closeOnce sync.Once

	mu sync.Mutex
	// Closed when the silence ends; nil when there is none.
	heard chan struct{}
}

// silence returns false for a connection that is closed.
func (c *gatedConn) silence(on bool) bool {
	select {
	case <-c.closed:
		return false
	default:
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if on && c.heard == nil {
		c.heard = make(chan struct{})
	}
	if !on && c.heard != nil {
		close(c.heard)
		c.heard = nil
	}
	return true
}

func (c *gatedConn) wait() {
	c.mu.Lock()
	heard := c.heard
	c.mu.Unlock()
	if heard == nil {
		return
	}
	select {
	case <-heard:
	case <-c.closed:
	}
}

// Read waits after reading, since the silence may begin while it waits for bytes.
func (c *gatedConn) Read(b []byte) (int, error) {
	n, err := c.Conn.Read(b)
	c.wait()
	return n, err
}

func (c *gatedConn) Write(b []byte) (int, error) {
	c.wait()
	return c.Conn.Write(b)
}

func (c *gatedConn) Close() error {
	c.closeOnce.Do(func() { close(c.closed) })
	return c.Conn.Close()
}
