package modes

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/busylamp/busylamp/internal/host"
)

// renderCPU is `show processes cpu`; order is "", 5sec, 1min or 5min.
func renderCPU(w io.Writer, u host.Usage, order string) {
	utilization(w, u)
	fmt.Fprintf(w, " PID Runtime(ms)   Invoked      uSecs   5Sec   1Min   5Min TTY Process \n")
	for _, t := range sorted(tasks(u), order) {
		fmt.Fprintf(w, "%4d %11d %9d %10d %5.2f%% %5.2f%% %5.2f%% %3d %s \n",
			t.pid, t.Runtime.Milliseconds(), t.Invoked, t.average(), t.Share.FiveSeconds, t.Share.Minute, t.Share.FiveMinutes, 0, t.Name)
	}
}

// renderProcesses is `show processes`. Neither a program counter nor a stack belongs
// to an activity of this process.
func renderProcesses(w io.Writer, u host.Usage) {
	utilization(w, u)
	fmt.Fprintf(w, " PID QTy       PC Runtime (ms)    Invoked   uSecs    Stacks TTY Process\n")
	for _, t := range tasks(u) {
		queue := "Mwe"
		if t.pid == 1 { // prints this
			queue = "M*"
		}
		fmt.Fprintf(w, "%4d %-3s %8s %12d %10d %7d %9s %3d %s \n", t.pid, queue, "-", t.Runtime.Milliseconds(), t.Invoked, t.average(), "-", 0, t.Name)
	}
}

// Nothing of a process runs at interrupt level.
func utilization(w io.Writer, u host.Usage) {
	fmt.Fprintf(w, "CPU utilization for five seconds: %d%%/%d%%; one minute: %d%%; five minutes: %d%%\n",
		whole(u.All.FiveSeconds), 0, whole(u.All.Minute), whole(u.All.FiveMinutes))
}

// task is a row with its number.
type task struct {
	host.Task
	pid int
}

// average is the microseconds of one invocation.
func (t task) average() int64 {
	if t.Invoked == 0 {
		return 0
	}
	return int64(t.Runtime/time.Microsecond) / int64(t.Invoked)
}

func tasks(u host.Usage) []task {
	out := make([]task, len(u.Tasks))
	for i, t := range u.Tasks {
		out[i] = task{t, i + 1}
	}
	return out
}

func sorted(list []task, order string) []task {
	by := map[string]func(task) float64{
		"5sec": func(t task) float64 { return t.Share.FiveSeconds },
		"1min": func(t task) float64 { return t.Share.Minute },
		"5min": func(t task) float64 { return t.Share.FiveMinutes },
	}[order]
	if by != nil {
		slices.SortStableFunc(list, func(a, b task) int { return cmp.Compare(by(b), by(a)) })
	}
	return list
}

// renderMemory is `show memory`: one pool, since a process has no memory of its own
// for packets. Free memory can be had in one block; addresses are not told.
func renderMemory(w io.Writer, m host.Memory) {
	fmt.Fprintf(w, "                Head    Total(b)     Used(b)     Free(b)   Lowest(b)  Largest(b)\n")
	fmt.Fprintf(w, "%9s%11X%12d%12d%12d%12d%12d\n", "Processor", 0, m.Total, m.Used, m.Free, m.Lowest, m.Free)
	fmt.Fprintf(w, "%9s%11X%12d%12d%12d%12d%12d\n", "I/O", 0, 0, 0, 0, 0, 0)
}

// renderProcessMemory is `show processes memory`.
func renderProcessMemory(w io.Writer, m host.Memory) {
	fmt.Fprintf(w, "Processor Pool Total: %10d Used: %10d Free: %10d\n\n", m.Total, m.Used, m.Free)
	fmt.Fprintf(w, " PID TTY  Allocated      Freed    Holding    Getbufs    Retbufs Process\n")
	row := func(pid int, allocated, freed, holding uint64, name string) {
		fmt.Fprintf(w, "%4d %3d %10d %10d %10d %10d %10d %-16s\n", pid, 0, allocated, freed, holding, 0, 0, name)
	}
	row(1, m.Allocated, m.Freed, m.Objects, "Busylamp")
	rest := m.Used - min(m.Objects+m.Stacks, m.Used)
	row(0, m.Stacks, 0, m.Stacks, "*Stacks*")
	row(0, rest, 0, rest, "*Runtime*")
	fmt.Fprintf(w, "%30d Total\n", m.Used)
}
