package probe

import (
	"context"
	"net"
)

// resolver asks the configured name servers itself. The resolver of the C
// library would hold a thread for each name that times out.
var resolver = net.Resolver{PreferGo: true, Dial: dialResolver}

// dialResolver opens a connection to a name server that ends with its context.
//
// Package net gives up a look-up when the deadline of its caller has passed, but
// leaves the reading from the name server behind: goroutines and descriptors for
// up to five seconds more. With thousands of checks and a dead name server those
// would use up the descriptors.
func dialResolver(ctx context.Context, network, address string) (net.Conn, error) {
	conn, err := new(net.Dialer).DialContext(ctx, network, address)
	if err != nil {
		return nil, err
	}
	// Not a deadline: package net sets one of its own after this.
	stop := context.AfterFunc(ctx, func() { conn.Close() })
	if udp, ok := conn.(*net.UDPConn); ok {
		return &resolverUDP{udp, stop}, nil // package net looks for the methods of UDP
	}
	return &resolverTCP{conn, stop}, nil
}

type resolverUDP struct {
	*net.UDPConn
	stop func() bool
}

func (c *resolverUDP) Close() error {
	c.stop()
	return c.UDPConn.Close()
}

type resolverTCP struct {
	net.Conn
	stop func() bool
}

func (c *resolverTCP) Close() error {
	c.stop()
	return c.Conn.Close()
}
