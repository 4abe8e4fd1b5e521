package sip

import (
	"errors"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/emiago/sipgo/sip"

	"github.com/busylamp/busylamp/internal/sipua"
	"github.com/busylamp/busylamp/presence"
	"github.com/busylamp/busylamp/presence/eventlist"
)

// subscription is what a SUBSCRIBE asks for, whatever dialog it is in.
type subscription struct {
	eventID string
	expires time.Duration
	form    form
	accept  bool // it says which bodies it takes
	list    bool // the body is a resource list
	knows   known
}

// subscribe handles SUBSCRIBE, on the worker of its Call-ID.
func (a *Adapter) subscribe(tx *sipua.ServerTx) {
	var no *refusal
	if tx.Key().LocalTag != "" {
		no = a.refresh(tx)
	} else {
		no = a.begin(tx)
	}
	if no != nil {
		a.refuse(tx, no)
	}
}

// begin handles a SUBSCRIBE outside of any dialog.
func (a *Adapter) begin(tx *sipua.ServerTx) *refusal {
	if tx.Merged() { // RFC 3261 8.2.2.2
		return refuse(482)
	}
	contacts, err := tx.Contacts()
	if err != nil || len(contacts) != 1 {
		return refuse(400).because("one Contact is needed")
	}
	u, err := tx.Dialog(tx.ToTag())
	if err != nil {
		return refuse(400).because("Contact is no SIP URI")
	}
	watcher, kind := Watcher{}, presence.SIPTrunk
	if w, ok := a.phone(tx, userOf(tx.FromURI()), contacts); ok {
		watcher, kind = w, presence.SIPPhone
	} else {
		watcher.DialPeerTag = a.trunk(tx.Source().Addr())
	}
	if err := a.hub.Admit(kind); err != nil {
		return refusedBy(err)
	}
	proved, no := a.authenticate(tx, kind == presence.SIPTrunk)
	if no != nil {
		return no
	}
	sub, no := read(tx) // behind the gates: strangers learn nothing from it
	if no != nil {
		return no
	}
	if sub.form == asWatchers && (proved == 0 || sub.list) {
		return refuse(403)
	}
	if sub.list {
		return a.beginList(tx, sub, &u, kind, proved, watcher)
	}
	d, no := a.newDialog(tx, sub, &u, proved, watcher.Pool, nil)
	if no != nil {
		return no
	}
	d.held = true // nobody else knows it yet; its 200 goes before the NOTIFY
	s := seesNumber
	switch {
	case d.form == asWatchers:
		s = seesNothing // of the line
		if !a.informer.join(d) {
			a.forget(d)
			return refuse(480, "Retry-After", sipua.Seconds(presence.RetryAfter)).because("too many watch the watchers")
		}
	case !d.external():
		var doubt []*dialog
		s, doubt = a.lighter.join(d)
		for _, o := range doubt {
			a.doubt(o)
		}
	}
	id, granted, err := a.hub.Subscribe(presence.Request{
		Watcher:    presence.Party{User: d.get(watcherUser), Host: d.get(watcherHost)},
		Presentity: presence.Party{User: d.get(number), Host: d.get(ownHost)},
		Kind:       kind, Expires: sub.expires, DialPeerTag: watcher.DialPeerTag, Phone: watcher.Phone, Sink: d,
		Device: s == seesDevice, Dark: s == seesNothing,
	})
	if err != nil {
		a.forget(d)
		return refusedBy(err)
	}
	d.mu.Lock()
	d.id = id
	d.mu.Unlock()
	if d.form == asWatchers {
		a.informer.look(d)
	} else {
		a.lighter.entered(d, s)
	}
	a.keepNew(d, granted, watcher)
	a.accept(tx, d, 200, granted)
	a.hub.Release(id)
	d.letGo()
	return nil
}

// newDialog makes and enters the dialog of an admitted SUBSCRIBE, with l that of a list.
func (a *Adapter) newDialog(tx *sipua.ServerTx, sub subscription, u *sipua.Dialog, proved proof, pool int, l *roster) (*dialog, *refusal) {
	asked := tx.URI()
	if asked.User == "" { // some phones name the target in To only
		asked = tx.ToURI()
	}
	user, from := sipua.User(&asked), userOf(tx.FromURI())
	if from != "" && !presence.Printable(from) { // it is shown; of the presentity the hub says so
		return nil, refuse(400).because("From has control characters")
	}
	d := &dialog{a: a, remoteSeq: u.RemoteCSeq, form: sub.form, pool: int32(pool), list: l, knows: sub.knows, proof: proved}
	if l != nil {
		for _, e := range l.entries {
			e.d = d
		}
	}
	values := [parts]string{
		callID: u.CallID, localTag: u.LocalTag, remoteTag: u.RemoteTag,
		local: u.Local, remote: u.Remote, remoteTarget: u.RemoteTarget, routes: strings.Join(u.Routes, "\n"),
		eventID: sub.eventID, number: user, entity: "sip:" + userAt(user) + asked.Host,
		watcherUser: from, watcherHost: tx.Source().Addr().Unmap().String(),
		ownHost: a.ua.Advertised().Addr().String(),
	}
	if !d.put(&values) {
		return nil, refuse(513)
	}
	d.aim(target(tx, u, proved != 0))
	if !a.dialogs.add(d) {
		return nil, refuse(482) // our own tag came back
	}
	return d, nil
}

// refresh handles a SUBSCRIBE inside a dialog: refresh or unsubscribe. It passes
// the gates again that a first one passes. One that is no longer from the phone
// that subscribed is 481, so that the watcher asks anew as what it is now; but
// only if it came from where the phone was does it end the subscription, since
// else anybody who knows the tags could.
func (a *Adapter) refresh(tx *sipua.ServerTx) *refusal {
	d := a.dialogs.find(tx.Key())
	if d == nil {
		return refuse(481)
	}
	d.mu.Lock()
	u, id, event := d.unpack(), d.get(eventID), d.form.event()
	d.mu.Unlock()
	switch err := u.CheckTx(tx); {
	case errors.Is(err, sipua.ErrOldCSeq):
		return refuse(500).because("CSeq is out of order")
	case err != nil:
		return refuse(400).because("Contact is no SIP URI")
	}
	proved, no := a.authenticate(tx, d.external())
	if no != nil {
		return no
	}
	if !d.external() && !a.still(tx, d) {
		return refuse(481)
	}
	sub, no := read(tx)
	if no != nil {
		return no
	}
	if d.form == asWatchers {
		if proved == 0 {
			return refuse(403)
		}
		a.informer.look(d)
	}
	if sub.eventID != id || sub.form.event() != event { // another subscription, which is not in this dialog
		return refuse(481)
	}

	d.mu.Lock()
	fits := d.retarget(u.RemoteTarget)
	if fits {
		d.remoteSeq, d.proof = u.RemoteCSeq, proved
		d.aim(target(tx, &u, proved != 0))
		if sub.accept {
			d.form = sub.form
		}
	}
	d.mu.Unlock()
	if !fits {
		return refuse(513)
	}
	d.hold() // its 200 goes before the NOTIFY
	defer d.letGo()
	if err := a.refreshSubscription(d, sub.expires); err != nil {
		return refusedBy(err)
	}
	code := 200
	if d.suppress(sub.knows) {
		code = 204
	}
	a.keep(d, sub.expires)
	a.accept(tx, d, code, sub.expires)
	if code == 204 && sub.expires == 0 {
		a.forget(d)
	}
	return nil
}

// still says whether a request in the dialog of a phone is from that phone.
func (a *Adapter) still(tx *sipua.ServerTx, d *dialog) bool {
	d.mu.Lock()
	user, at, id := d.get(watcherUser), d.target.Addr(), d.subscriptionID()
	d.mu.Unlock()
	contacts, _ := tx.Contacts() // was checked; there may be none
	if w, ok := a.phone(tx, user, contacts); ok && w.Pool == int(d.pool) {
		return true
	}
	if tx.Source().Addr() == at {
		a.hub.End(id, presence.ReasonDeactivated)
	}
	return false
}

// accept sends the 200, or 204 if no NOTIFY follows (RFC 5839). RFC 6665 8.3.1: never
// a 202.
func (a *Adapter) accept(tx *sipua.ServerTx, d *dialog, code int, granted time.Duration) {
	d.mu.Lock()
	contact := a.contact(d.get(number), tx.Transport() == "TCP")
	d.mu.Unlock()
	headers := []string{"Contact", "<" + contact + ">", "Expires", sipua.Seconds(granted), "Allow-Events", allowEvents}
	if d.list != nil { // RFC 4662 4.4
		headers = append(headers, "Require", "eventlist")
	}
	if err := tx.Reject(code, "", headers...); err != nil {
		// The watcher will ask again, or its NOTIFY fails too.
		a.debug(topicErrors, d.id, "presence_sip_subscribe", "200 not sent: %v", err)
	}
}

// phone finds the registered phone that a request is from. A phone speaks for
// itself: with Record-Route or a second Via a request came through somebody, who
// would hear the NOTIFYs, and is from a trunk whatever its source address. (The
// target of NOTIFYs without a route set is always at the source address.)
func (a *Adapter) phone(tx *sipua.ServerTx, user string, contacts []sipua.Contact) (Watcher, bool) {
	if tx.Value("Record-Route") != "" || tx.Hops() > 1 {
		return Watcher{}, false
	}
	host := ""
	if len(contacts) == 1 {
		host = contacts[0].URI.Host
		if port := contacts[0].URI.Port; port > 0 {
			host = net.JoinHostPort(strings.Trim(host, "[]"), strconv.Itoa(port))
		}
	}
	return a.directory.FindWatcher(user, tx.Source(), host)
}

// target is where NOTIFYs of a dialog go; see the package comment. proved says
// that the sender has authenticated.
func target(tx *sipua.ServerTx, u *sipua.Dialog, proved bool) sipua.Target {
	back := tx.Reply()
	routed := len(u.Routes) > 0
	if !routed && tx.Transport() == "TCP" {
		return back
	}
	if t := u.Target(back); routed && proved || t.Addr.Addr() == back.Addr.Addr().Unmap() {
		return t
	}
	return back
}

// read takes a SUBSCRIBE apart, in the order of RFC 3261 8.2.2 and 8.2.3.
func read(req *sipua.ServerTx) (s subscription, no *refusal) {
	if u := req.URI(); u.IsEncrypted() { // there is no TLS here
		return s, refuse(416)
	}
	if tags := req.Unsupported("eventlist", "recipient-list-subscribe"); len(tags) > 0 {
		return s, refuse(420, "Unsupported", strings.Join(tags, ", "))
	}
	events := req.Values("Event")
	if len(events) > 1 {
		return s, refuse(400).because("more than one Event")
	}
	event := ""
	if len(events) == 1 {
		var params map[string]string
		event, params = sipua.SplitValue(events[0])
		if s.eventID = params["id"]; sipua.Repeated(events[0], "id") {
			return s, refuse(400).because("more than one Event id")
		}
	}
	forms := formsOf(event)
	if forms == nil {
		return s, refuse(489, "Allow-Events", allowEvents)
	}
	if !isToken(s.eventID) {
		return s, refuse(400).because("Event id is no token")
	}
	if s.list, no = readBody(req); no != nil {
		return s, no
	}
	if s.form, s.accept, no = choose(req, forms, s.list); no != nil {
		return s, no
	}
	s.knows = readKnown(req, s.form)
	s.expires, no = readExpires(req)
	return s, no
}

func readExpires(req *sipua.ServerTx) (time.Duration, *refusal) {
	expires := defaultExpires
	if len(req.Values("Expires")) > 1 {
		return 0, refuse(400).because("more than one Expires")
	}
	if text := req.Value("Expires"); text != "" {
		var ok bool
		if expires, ok = req.Expires(); !ok {
			return 0, refuse(400).because("Expires is no number")
		}
	}
	if expires > 0 && expires < minExpires {
		return 0, refuse(423, "Min-Expires", sipua.Seconds(minExpires))
	}
	return min(expires, maxExpires), nil
}

// readBody looks at the body: only a resource list is understood.
func readBody(req *sipua.ServerTx) (list bool, no *refusal) {
	wanted := slices.Contains(req.List("Require"), "recipient-list-subscribe")
	if len(req.Body()) == 0 {
		if wanted {
			return false, refuse(400).because("the recipient list is missing")
		}
		return false, nil
	}
	kind, _ := sipua.SplitValue(req.Value("Content-Type"))
	encoding := req.Value("Content-Encoding")
	switch {
	case encoding != "" && !strings.EqualFold(encoding, "identity"):
		return false, refuse(415, "Accept-Encoding", "identity")
	case strings.EqualFold(kind, eventlist.ContentTypeList):
		return true, nil
	case wanted || !optionalBody(req):
		return false, refuse(415, "Accept", eventlist.ContentTypeList)
	}
	return false, nil
}

// optionalBody says whether a body may be left unread (RFC 3261 20.11).
func optionalBody(req *sipua.ServerTx) bool {
	_, params := sipua.SplitValue(req.Value("Content-Disposition"))
	return strings.EqualFold(params["handling"], "optional")
}

func userOf(u sip.Uri) string { return sipua.User(&u) }

func isToken(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !(c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || strings.IndexByte("-.!%*_+`'~", c) >= 0) {
			return false
		}
	}
	return true
}
