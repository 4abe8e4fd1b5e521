package conf

import (
	"os"
	"strings"
	"testing"
)

// The layout of the guide's big example ("Presence in Cisco Unified CME:
// Example"), with the blanks of real routers and fewer lines in each group.
func TestRunningLayout(t *testing.T) {
	want, err := os.ReadFile("testdata/layout.txt")
	if err != nil {
		t.Fatal(err)
	}
	ty := newTypist(t).lines(string(want))
	if got := string(Running(ty.tree)); got != string(want) {
		t.Errorf("got\n%s", got)
	}
	again := newTypist(t)
	again.tree = NewTree(ty.tree.Schema())
	if again.lines(string(Running(ty.tree))); !again.tree.Equal(ty.tree) {
		t.Error("the running-config does not read back to the same tree")
	}
}

func TestRunningOfEmptyTrees(t *testing.T) {
	want := "!\nversion 12.4\nno service password-encryption\n!\nhostname Router\n!\nend\n"
	if got := string(Running(newTypist(t).tree)); got != want {
		t.Errorf("empty tree:\n%s", got)
	}
	if got := string(Running(Tree{})); got != "!\nend\n" {
		t.Errorf("zero tree:\n%s", got)
	}
}

func TestRunningHeader(t *testing.T) {
	body := []byte("!\nversion 12.4\nend\n")
	want := "Building configuration...\n\nCurrent configuration : 20 bytes\n"
	if got := RunningHeader(body); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

func TestSection(t *testing.T) {
	ty := newTypist(t).lines("voice service voip\nsip\nregistrar server")
	sip := ty.places[len(ty.places)-1]
	if got, want := string(Section(ty.tree, sip)), " sip\n  registrar server\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got, want := string(Section(ty.tree, sip.Parent())), "voice service voip \n sip\n  registrar server\n"; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
	if got := Section(ty.tree, "nonsense"); got != nil {
		t.Errorf("got %q for a path that is not there", got)
	}
}

func TestNode(t *testing.T) {
	ty := newTypist(t).lines(`ephone-dn 2
 no huntstop
ephone-dn 1 dual-line
 number 2001
ephone 1
 button 2:2 1:1
tftp-server b
tftp-server a
sip-ua`)
	root := ty.tree.Root()
	var tags []string
	for n := range root.All("ephone-dn") {
		num, _ := n.Get("number")
		tags = append(tags, n.Args().String("tag")+"="+num.String("number"))
		if at, ok := ty.tree.At(n.Path()); !ok || at.Line() != n.Line() || at.Mode() != "ephone-dn" {
			t.Errorf("At(%q) = %v %v", n.Path(), at, ok)
		}
	}
	if got := strings.Join(tags, " "); got != "1=2001 2=" {
		t.Error(got)
	}
	var files []string
	for n := range root.All("tftp-server") {
		files = append(files, n.Args().String("file"))
		if len(files) == 2 {
			break
		}
	}
	if got := strings.Join(files, " "); got != "b a" {
		t.Error(got)
	}
	var names []string
	for n := range root.Children() {
		names = append(names, n.Args().Command().Name())
	}
	if got := strings.Join(names, ","); got != "tftp-server,tftp-server,ephone-dn,ephone-dn,ephone" {
		t.Error(got)
	}

	phone, ok := root.Child("ephone")
	if !ok || phone.Mode() != "ephone" {
		t.Fatal("no ephone")
	}
	if b, ok := phone.Get("button"); !ok || strings.Join(b.List("buttons"), " ") != "1:1 2:2" {
		t.Errorf("button: %q %v", b.Line(), ok)
	}

	presence, ok := root.Child("presence")
	if ok {
		t.Error("presence is stored")
	}
	if n, ok := presence.Get("max-subscription"); !ok || n.Int("n") != 100 {
		t.Errorf("default of an absent block: %q %v", n.Line(), ok)
	}
	if presence.On("watcher all") || !presence.On("max-subscription") {
		t.Error("On in an absent block")
	}
	dns := map[string]bool{}
	for n := range root.All("ephone-dn") {
		dns[n.Args().String("tag")] = n.On("huntstop")
	}
	if !dns["1"] || dns["2"] {
		t.Errorf("huntstop: %v", dns)
	}
	if host, ok := root.Get("hostname"); !ok || host.String("name") != "Router" {
		t.Errorf("hostname: %q %v", host.Line(), ok)
	}
	if pw, ok := root.Get("service password-encryption"); ok || pw.Line() != "no service password-encryption" {
		t.Errorf("negative default: %q %v", pw.Line(), ok)
	}

	var unknown []string
	ty.tree.Schema().OnUnknown = func(mode, name string) { unknown = append(unknown, mode+": "+name) }
	root.On("hostname")
	root.On("misspelt")
	presence.Child("misspelt")
	for range presence.All("misspelt") {
		t.Error("found something")
	}
	if got := strings.Join(unknown, ", "); got != "global: misspelt, presence: misspelt, presence: misspelt" {
		t.Errorf("unknown names: %v", got)
	}

	var zero Node
	if zero.On("x") || zero.Mode() != "" || zero.Line() != "" || zero.Path() != Root {
		t.Error("zero Node")
	}
	if n := (Tree{}).Root(); n.On("x") || n.Mode() != "" {
		t.Error("root of the zero Tree")
	}
}
