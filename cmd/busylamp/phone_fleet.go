package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/busylamp/busylamp/phones/skinny"
	"github.com/busylamp/busylamp/phones/softphone"
)

// maxSIPFleet bounds SIP fleets: each phone has a socket and goroutines of its own.
const maxSIPFleet = 1000

// fleet registers many phones, tells how far that is, and keeps them registered
// until ctx ends.
func (c *phoneCmd) fleet(ctx context.Context, out io.Writer) error {
	if c.Script != "" {
		return errors.New("--script and --count do not go together")
	}
	if c.Protocol == "sip" {
		return c.sipFleet(ctx, out)
	}
	o, err := c.skinnyOptions()
	if err != nil {
		return err
	}
	began := time.Now()
	f, err := skinny.NewFleet(skinny.FleetOptions{Server: o.Server, First: o.MAC, Count: c.Count, Model: o.Model, Version: o.Version})
	if err != nil {
		return err
	}
	defer f.Close()
	line := func() {
		s := f.Stats()
		fmt.Fprintf(out, "%d of %d registered, %d rejected, %d connections lost, %d resets, %d messages sent, %d received, %d BLF states, %d keepalives\n",
			s.Registered, s.Count, s.Rejected, s.Lost, s.Resets, s.Sent, s.Received, s.Lamps, s.KeepAlives)
	}
	all := make(chan error, 1)
	waiting, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() { all <- f.Wait(waiting, func(s skinny.FleetStats) bool { return s.Registered == s.Count }) }()
	progress(ctx, line, all, func() {
		fmt.Fprintf(out, "all %d registered after %.2f s\n", c.Count, time.Since(began).Seconds())
	})
	line()
	return nil
}

// progress calls line now and then until ctx ends: each second until all reports,
// each minute after that.
func progress(ctx context.Context, line func(), all <-chan error, complete func()) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case err := <-all:
			if err == nil {
				complete()
			}
			tick.Reset(time.Minute)
		case <-tick.C:
			line()
		}
	}
}

// sipFleet is fleet for SIP phones, whose numbers count on too.
func (c *phoneCmd) sipFleet(ctx context.Context, out io.Writer) error {
	o, err := c.sipOptions()
	if err != nil {
		return err
	}
	first, err := strconv.ParseUint(c.Number, 10, 63)
	if err != nil || c.Count > maxSIPFleet {
		return fmt.Errorf("a fleet of SIP phones counts on from a decimal --number, up to %d phones", maxSIPFleet)
	}
	o.Out = nil
	ctx, cancel := context.WithCancel(ctx)
	began := time.Now()
	var running, answered sync.WaitGroup
	defer running.Wait()
	defer cancel()
	var registered, refused atomic.Int64
	turns := make(chan struct{}, 32) // registrations at a time
	for i := range c.Count {
		mine := o
		mine.Number = fmt.Sprintf("%0*d", len(c.Number), first+uint64(i))
		mine.MAC = skinny.CountOn(o.MAC, i)
		p, err := softphone.New(mine)
		if err != nil {
			return err
		}
		answered.Add(1)
		running.Go(func() {
			defer p.Close()
			turns <- struct{}{}
			err := p.Register(ctx)
			<-turns
			if err != nil {
				refused.Add(1)
			} else {
				registered.Add(1)
			}
			answered.Done()
			<-ctx.Done()
		})
	}
	all := make(chan error, 1)
	running.Go(func() {
		answered.Wait()
		all <- nil
	})
	line := func() {
		fmt.Fprintf(out, "%d of %d registered, %d refused\n", registered.Load(), c.Count, refused.Load())
	}
	progress(ctx, line, all, func() {
		fmt.Fprintf(out, "all answered after %.2f s\n", time.Since(began).Seconds())
		line()
	})
	return nil
}
