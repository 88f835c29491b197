// The customer's side of the demo: draws the wave, finds the demo's chat inbox, opens its widget.
'use strict'
{
  const wave = document.querySelector('.wave')
  for (let i = 0; i < 60; i++) {
    const bar = document.createElementNS('http://www.w3.org/2000/svg', 'rect')
    const height = 6 + Math.round(34 * Math.abs(Math.sin(i * 0.41) * Math.sin(i * 0.13 + 0.6)))
    for (const [k, v] of Object.entries({ x: i * 6, y: 22 - height / 2, width: 3, height, rx: 1.5 })) bar.setAttribute(k, v)
    if (i < 25) bar.setAttribute('class', 'past')
    wave.append(bar)
  }

  const asked = new URLSearchParams(location.search)

  /* Whoever is logged in to the desk in this browser may read the inboxes. On the start page
   * that login is happening beside us: ask again for a while. */
  const find = async () => {
    for (let tries = 0; tries < 20; tries++) {
      const r = await fetch('/api/v1/inboxes')
      if (r.ok) {
        const chats = (await r.json()).data.filter((x) => x.channel === 'webchat' && x.widget_token)
        return (chats.find((x) => x.is_demo) ?? chats[0])?.widget_token
      }
      await new Promise((done) => setTimeout(done, 700))
    }
  }

  const begin = async () => {
    const inbox = asked.get('inbox') ?? (await find().catch(() => null))
    if (!inbox) {
      document.querySelector('#nobody').hidden = false
      return
    }
    // What an app's page would say of its customer.
    window.antiphon = function () { (window.antiphon.q ??= []).push(arguments) }
    window.antiphon('context', { device: 'Galaxy A54', os: 'Android 14', app_version: '8.42.0', plan: 'Nest' })
    const script = document.createElement('script')
    script.src = '/widget.js'
    script.async = true
    Object.assign(script.dataset, { inbox, into: '#screen', sheet: '', open: '' })
    if (asked.get('theme')) script.dataset.theme = asked.get('theme')
    if (asked.get('locale')) script.dataset.locale = asked.get('locale')
    document.head.append(script)
  }
  void begin()
}
