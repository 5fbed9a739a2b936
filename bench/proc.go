package main

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

// clockTicks is the unit of times in /proc/<pid>/stat (proc(5)): Linux fixes it
// at 100 a second for every architecture that Go runs on.
const clockTicks = 100

// usage is what a process has used.
type usage struct {
	cpu time.Duration // user and system
	rss int64         // bytes resident now
}

func usageOf(pid int) (usage, error) {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return usage{}, err
	}
	// The name in the second field may hold spaces; what follows it does not.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	const user, system, rss = 11, 12, 21 // fields 14, 15 and 24, counted from the third
	if len(fields) <= rss {
		return usage{}, fmt.Errorf("/proc/%d/stat: %d fields, want more than %d", pid, len(fields), rss)
	}
	var n [3]int64
	for i, at := range []int{user, system, rss} {
		if n[i], err = strconv.ParseInt(fields[at], 10, 64); err != nil {
			return usage{}, fmt.Errorf("/proc/%d/stat: %w", pid, err)
		}
	}
	return usage{
		cpu: time.Duration(n[0]+n[1]) * time.Second / clockTicks,
		rss: n[2] * int64(os.Getpagesize()),
	}, nil
}
