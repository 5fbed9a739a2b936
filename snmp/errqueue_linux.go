package snmp

import (
	"encoding/binary"
	"net"
	"net/netip"
	"syscall"

	"golang.org/x/sys/unix"
)

// wantErrors makes the kernel keep ICMP errors together with the address that
// they are about (ip(7), IP_RECVERR): a socket that is not connected would not
// hear of a closed port otherwise.
func wantErrors(conn *net.UDPConn, network string) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	_ = raw.Control(func(fd uintptr) {
		if network == "udp6" {
			_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IPV6, unix.IPV6_RECVERR, 1)
			return
		}
		_ = unix.SetsockoptInt(int(fd), unix.IPPROTO_IP, unix.IP_RECVERR, 1)
	})
}

// readErrors empties the error queue.
func readErrors(conn *net.UDPConn, tell func(netip.AddrPort, syscall.Errno)) {
	raw, err := conn.SyscallConn()
	if err != nil {
		return
	}
	var data [64]byte
	var control [512]byte
	// Control and not Read: the reader's goroutine may be waiting for data, and the
	// queue is never waited for.
	_ = raw.Control(func(fd uintptr) {
		for {
			_, n, _, about, err := unix.Recvmsg(int(fd), data[:], control[:], unix.MSG_ERRQUEUE|unix.MSG_DONTWAIT)
			if err != nil {
				return
			}
			if errno, ok := extended(control[:n]); ok {
				tell(addrPort(about), errno)
			}
		}
	})
}

// extended returns the error number of a struct sock_extended_err; errors that
// the kernel itself notes (a packet too long, no route) count as well.
func extended(control []byte) (syscall.Errno, bool) {
	messages, err := unix.ParseSocketControlMessage(control)
	if err != nil {
		return 0, false
	}
	for _, m := range messages {
		ip4 := m.Header.Level == unix.IPPROTO_IP && m.Header.Type == unix.IP_RECVERR
		ip6 := m.Header.Level == unix.IPPROTO_IPV6 && m.Header.Type == unix.IPV6_RECVERR
		if (ip4 || ip6) && len(m.Data) >= 4 {
			return syscall.Errno(binary.NativeEndian.Uint32(m.Data)), true
		}
	}
	return 0, false
}

func addrPort(sa unix.Sockaddr) netip.AddrPort {
	switch a := sa.(type) {
	case *unix.SockaddrInet4:
		return netip.AddrPortFrom(netip.AddrFrom4(a.Addr), uint16(a.Port))
	case *unix.SockaddrInet6:
		addr := netip.AddrFrom16(a.Addr)
		if a.ZoneId != 0 {
			if nic, err := net.InterfaceByIndex(int(a.ZoneId)); err == nil {
				addr = addr.WithZone(nic.Name)
			}
		}
		return netip.AddrPortFrom(addr, uint16(a.Port))
	}
	return netip.AddrPort{}
}
