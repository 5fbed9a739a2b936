//go:build !linux

package snmp

import (
	"net"
	"net/netip"
	"syscall"
)

// Without an error queue a closed port looks like a silent agent.
func wantErrors(*net.UDPConn, string) {}

func readErrors(*net.UDPConn, func(netip.AddrPort, syscall.Errno)) {}
