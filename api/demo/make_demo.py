#!/usr/bin/env python3
"""Makes the demo's files from the open sources that ATTRIBUTION.md names.

usage: make_demo.py --source DIR [--fx eurofxref-hist.zip]

What a source does not say stays empty. The output is deterministic.
"""
import argparse, collections, csv, gzip, io, os, re, zipfile

ap = argparse.ArgumentParser()
ap.add_argument('--source', required=True)
ap.add_argument('--fx', help='history of the euro reference rates as a zip file')
args = ap.parse_args()
OUT = os.path.dirname(os.path.abspath(__file__))


def rows(name):
    path = os.path.join(args.source, name)
    opener = gzip.open if name.endswith('.gz') else open
    with opener(path, 'rt', encoding='utf-8', newline='') as f:
        yield from csv.DictReader(f, delimiter='\t', quoting=csv.QUOTE_NONE)


def write(name, columns, records):
    text = io.StringIO()
    text.write('\t'.join(columns) + '\n')
    for record in records:
        cells = [str(record.get(c, '') if record.get(c) is not None else '') for c in columns]
        text.write('\t'.join(re.sub(r'[\t\r\n]+', ' ', c).strip() for c in cells) + '\n')
    data = text.getvalue().encode()
    path = os.path.join(OUT, name)
    if name.endswith('.gz'):
        with open(path, 'wb') as f, gzip.GzipFile('', 'wb', 9, f, 0) as z:
            z.write(data)
    else:
        with open(path, 'wb') as f:
            f.write(data)
    print(f'{name}: {len(records)} rows, {os.path.getsize(path)} bytes')


def slug(s):
    return re.sub(r'[^a-z0-9]+', '-', s.lower()).strip('-')


countries = {r['iso2']: r for r in rows('countries.tsv') if r['iso2']}
iso3to2 = {r['iso3']: r['iso2'] for r in countries.values()}
iso3to2.update({'ROM': 'RO', 'YUG': 'RS', 'ZAR': 'CD', 'PAL': 'PS', 'KSV': 'XK'})
capital = {r['iso2']: r['capital'] for r in countries.values()}

# ---------------------------------------------------------------- fields by words of the title
FIELD_WORDS = [
    (r'lotus tower|broadcast|television|tv\b|radio(?! equip)|\blbs\b|\bdtmb\b|digital terrestrial|multimedia', 'INCL_CONTENT_AV:100'),
    (r'satellite (?:data|assembl)|remote sensing|ground station|egyptsat|etrss', 'CONN_SATNAV:100'),
    (r'satellite', 'CONN_SATCOM:100'),
    (r'smart zambia', 'CITY_SMART:50|GOV_OPENDATA:50'),
    (r'konza', 'CONN_DATACENTRE:50|CITY_SMART:50'),
    (r'safe city|safe zanzibar|surveillance|intelligent urban|security information', 'SEC:60|CITY_SMART:40'),
    (r'e-government and fib', 'GOV_OPENDATA:50|CONN_BACKBONE:50'),
    (r'e-?government|government information technology|information system reconstruction|command information', 'GOV_OPENDATA:100'),
    (r'data cent(?:er|re)|high-performance comput|national cloud', 'CONN_DATACENTRE:100'),
    (r'fib(?:er|re)|backbone|cable|superhighway', 'CONN_BACKBONE:100'),
    (r'distance learning|digital education|ict lab|multimedia learning|e-learning', 'INCL_SCHOOL:60|DX_EDUCATION:40'),
    (r'communications training|institute of posts', 'SKILLS_PROGRAMME:100'),
    (r'smart health|health system|telemedicine', 'HEALTH_REMOTE:100'),
    (r'rural|village', 'CONN_BROADBAND:60|INCL_RURAL:40'),
    (r'broadband|internet|4g|3g|5g|gsm|cdma|mobile|telecom|telephone|network|communication|digital connectivity|wimax|lte', 'CONN_BROADBAND:100'),
]


def fields(title):
    for pattern, value in FIELD_WORDS:
        if re.search(pattern, title, re.I):
            return value
    return ''


NOT_A_PROJECT = re.compile(
    r'donat|trees|training (?:class|for broad|course)|sponsors|seminar|debt|toll road|highway|transmission line|'
    r'corporate purposes|working capital|purchase of|to purchase|radiological|cash grant|palm|language|mask|'
    r'video ?conferenc|radio equipment|technical training|technical support|technicians|feasibility study|letter of intent|'
    r'refinanc|repay|computers|sewing|equipment worth|lab at|procure equipment|acquisition|capital expenditures|'
    r'buyer.s credit to telkom|technical (?:assistance|cooperation)|transformation system|maintenance and recon|'
    r'\bin december\b|office equipment|renovation|reschedul|appliances|\bphones?\b|laptops?|tablets|solar street|equipment to|digital tv sets|television sets', re.I)

FINANCIERS = [
    (r'export[- ]import bank|exim ?bank|exim bank', 'China Eximbank', 'bank-china-eximbank', 'EXPORT_CREDIT_AGENCY'),
    (r'china development bank|\bcdb\b', 'China Development Bank', 'bank-cdb', 'BILATERAL_DFI'),
    (r'\bicbc\b|industrial and commercial bank', 'ICBC', 'bank-icbc', 'COMMERCIAL_BANK'),
    (r'bank of china', 'Bank of China', 'bank-of-china', 'COMMERCIAL_BANK'),
    (r'^zte|\bzte (?:funds|grants|provides|builds|launches)', 'ZTE', 'vendor-zte', 'VENDOR'),
    (r'^huawei|\bhuawei (?:funds|provides|loans)', 'Huawei', 'vendor-huawei', 'VENDOR'),
    (r'chinese? government|government of china|goverment of china|^china |^chinese |cidca|national administration of radio', 'Government of China', 'government-cn', 'PUBLIC_INVESTMENT_FUND'),
]


def financier(title):
    for pattern, name, key, kind in FINANCIERS:
        if re.search(pattern, title, re.I):
            return name, key, kind
    return '', '', ''


def instrument(title):
    t = title.lower()
    if re.search(r"supplier.s credit|vendor", t):
        return 'VENDOR_CREDIT'
    if re.search(r"loan|credit", t):
        return 'LOAN'
    if re.search(r'grant|donat|fund|aids?\b|provides funding', t):
        return 'GRANT'
    return ''


SMALL = {'the', 'of', 'for', 'and', 'in', 'at', 'to'}


def project_name(title):
    """The project's own name: who paid, how and how much are stripped."""
    t = re.sub(r'^\[[^\]]*\]\s*', '', title)
    t = re.sub(r'\s*[\(\[]\s*(?:see )?linked to.*$', '', t, flags=re.I)
    t = re.sub(r'\s*\((?:via|captured)[^)]*\)', '', t)
    for pattern in (
        r"^.*?\b(?:loans?|credits?|grant|funding|tranche|facility|funds|assistance|aid|agreement to fund|finances)\b.*?\bfor (?:the )?(?:construction of |establishment of |creation of )?(?:a |an |the )?(.+)$",
        r"^.*?\b(?:grants?|funds?|builds|constructs?|loans|finances|aids|launches|to (?:finance|fund|construct|modernize|build))\b (?:the )?(?:construction of )?(?:a |an |the )?(.+)$",
    ):
        m = re.match(pattern, t, re.I)
        if m:
            t = m.group(1)
            break
    t = re.sub(r"\b(?:USD|RMB|EUR|\$)\s?[\d.,]+ ?(?:million|billion)?\b", '', t)
    t = re.sub(r'\b[Cc]hina[- ]?(?:Aided|aided|funded) ', '', t)
    t = re.sub(r'\band and\b', 'and', t)
    t = re.sub(r'\s+', ' ', t).strip(' .,-\'')
    return t[:1].upper() + t[1:]


MANUAL = {
    'CDB provides $50 million loan to Ukrtelecom': "Modernisation of Ukrtelecom's network",
    'China International Development Cooperation Agency (CIDCA) funds': 'Access to satellite television for 10,000 villages',
    'China signs September 2018 agreement to fund Phase 2': 'Phase 2 of the Safe City Project',
    'Chinese Government helps to construct Information System': 'Information System Reconstruction Project of the Ministry of Industry and Commerce',
    'Chinese government aids Government Information Technology': 'Government Information Technology Building',
    'China Aids the Laos Institute': 'Institute of Posts and Telecommunications',
    'ZTE launches health system': 'Health system at the African Union headquarters',
    'ZTE builds a multimedia center': 'Multimedia centre of the Saartjie Baartman Centre for Women and Children',
    'ICBC provides $100 million loan to Banque Misr': "Data centre and networks of Egypt's New Administrative Capital",
    'China Funds a Digital Education Center': 'Digital education centre',
    'ZTE grants $12 million USD for Construction of Data Centers': 'Data centres in Cameroon',
    'ZTE grants $3.5 million USD': 'Safe Zanzibar Project',
    'ZTE funds construction of Equatorial': 'First communications training institute in Oyala',
}
COMPANY_OWNERS = {
    'Telekom Srbija': 'Telekom Srbija', 'Uzbektelecom': 'Uzbektelecom', 'TmCel': 'TmCel', 'to DTC': 'DTC',
    'Ukrtelecom': 'Ukrtelecom', 'Xinwei': 'Xinwei (Cambodia) Telecom', 'Topstar': 'TopStar Communication Company',
    'ZNBC': 'Zambia National Broadcasting Corporation', 'University of Ghana': 'University of Ghana',
}
APPLICATION = re.compile(r'CITY_|GOV_|SEC|DX_|INCL_SCHOOL|HEALTH|SKILLS')

organisations, projects, deals, mandates = {}, {}, [], []
AIDDATA = 'AidData Global Chinese Development Finance Dataset, version 3.0'
SAMPLE = 'verification|screening'
SAMPLE_LABEL = 'sample verification and screening for the demo'


def organisation(key, name, kind, country='', investor_type='', level='V2', label=SAMPLE_LABEL, **more):
    record = dict(key=key, name=name, kind=kind, country=country, investor_type=investor_type, verification=level,
                  screening='CLEAR', active='yes', claimed='no', sample_facts=SAMPLE, label=label)
    record.update(more)
    organisations.setdefault(key, record)
    return key


ict = list(rows('ict_projects.tsv'))
for r in ict:
    title, year = r['title'], int(r['commitment_year'] or 0)
    name, fkey, fkind = financier(title)
    iso2 = iso3to2.get(r['country_iso3'], '')
    if year < 2012:
        value = fields(title)
        if name and value and year >= 2000 and not re.search(r'donat|computers|sewing|trees', title, re.I):
            deals.append(dict(organisation=fkey, date=f'{year}-07-01', title=project_name(title)[:200] or title[:200],
                              field=value.split('|')[0].split(':')[0], country=iso2, ladder='', stage='',
                              amount=f"{float(r['amount_usd_2021']):.2f}" if r['amount_usd_2021'] else '', currency='USD' if r['amount_usd_2021'] else '',
                              instrument=instrument(title), source=f"{AIDDATA}, record {r['project_id']}; constant USD of 2021"))
            organisation(fkey, name, 'GOVERNMENT' if 'Government' in name else 'COMPANY' if fkind == 'VENDOR' else 'INVESTOR',
                         'CN', fkind, 'V1', source=AIDDATA, licence='ODC-BY 1.0')
        continue
    value = fields(title)
    if not iso2 or not value or NOT_A_PROJECT.search(title):
        continue
    clean = next((v for k, v in MANUAL.items() if title.startswith(k)), None) or project_name(title)
    if len(clean) < 8 or re.search(r'\bloan\b|\bgrant\b|eximbank|\bcdb\b|\bicbc\b|chinese|huawei|\bzte\b|bank of china', clean, re.I):
        continue
    owner_name = next((v for k, v in COMPANY_OWNERS.items() if k in title), None)
    cname = countries[iso2]['name']
    if owner_name:
        owner = organisation('owner-' + slug(owner_name), owner_name, 'ACADEMIC' if 'University' in owner_name else 'COMPANY', iso2,
                             source=AIDDATA, licence='ODC-BY 1.0')
    else:
        owner = organisation('government-' + iso2.lower(), f'Government of {cname} (agency not named in the source)', 'GOVERNMENT', iso2,
                             source=AIDDATA, licence='ODC-BY 1.0')
    amount = float(r['amount_usd_2021']) if r['amount_usd_2021'] else 0.0
    key = 'aiddata-' + slug(f'{iso2} {clean}')[:80]
    way = instrument(title)
    if key in projects:  # a further tranche of the same project
        p = projects[key]
        if amount:
            p['gap_amount'] = f"{float(p['gap_amount'] or 0) + amount:.2f}"
            p['gap_currency'] = 'USD'
        p['source_ref'] += ', ' + r['project_id']
        continue
    where = f', {cname}' if cname.lower() not in clean.lower() and not re.search(countries[iso2]['name'][:5], clean, re.I) else ''
    projects[key] = dict(
        key=key, title=clean + where, title_lang='en', owner=owner,
        kind='APPLICATION' if APPLICATION.search(value.split('|')[0]) else 'INFRASTRUCTURE',
        lifecycle='PREPARATION', ladder='infrastructure', fields=value,
        gap_amount=f'{amount:.2f}' if amount else '', gap_currency='USD' if amount else '',
        instruments=f'{way}:100' if way else '', concessional='yes' if re.search(r'concessional|preferential|interest-free', title, re.I) else '',
        countries=iso2, city_geonames=r['city_geonames_id'], lat=r['lat'], lon=r['lon'], state='PUBLISHED',
        recorded_financier=name, recorded_year=year, label='historical record replayed as if open', source=AIDDATA,
        licence='ODC-BY 1.0; position ODbL 1.0' if r['lat'] else 'ODC-BY 1.0', source_ref='constant USD of 2021; records ' + r['project_id'],
        sample_facts='published|confirmed')

# ---------------------------------------------------------------- ventures and funds (Crunchbase 2013, CC BY)
CB = 'Crunchbase 2013 snapshot (crunchbase.com)'
CATEGORY = dict(education='DX_EDUCATION', health='DX_HEALTH', ecommerce='CITY_TRADESERVICES',
                games_video='INCL_CONTENT_GAME', music='INCL_CONTENT_MUSIC', photo_video='INCL_CONTENT_AV', finance='SVC_PAYMENT',
                security='SEC', network_hosting='CONN_DATACENTRE', transportation='SVC_LOGISTICS', travel='SVC_TOURISM',
                news='INCL_CONTENT_KNOWLEDGE', government='GOV_OPENDATA',
                software='', web='', mobile='', enterprise='', advertising='', analytics='', search='', social='', messaging='')
STAGE = {'angel': 'SEED', 'series-a': 'SERIES_A', 'series-b': 'SERIES_B', 'series-c+': 'GROWTH'}
companies = {r['company_id']: r for r in rows('ccby_companies.tsv.gz')}
us_cities = {}
for r in rows('cities15000.tsv'):
    if r['country'] == 'US':
        k = (r['name'].lower(), r['admin1'])
        if k not in us_cities or int(r['population'] or 0) > int(us_cities[k]['population'] or 0):
            us_cities[k] = r
last_round = {}
for r in rows('ccby_rounds.tsv.gz'):
    c = companies.get(r['company_id'])
    if c and r['date'] >= '2012-06-01' and r['amount_usd'] and r['round_type'] in STAGE and CATEGORY.get(c['category_code']):
        if r['company_id'] not in last_round or r['date'] > last_round[r['company_id']]['date']:
            last_round[r['company_id']] = r
by_field = collections.defaultdict(list)
for cid, r in sorted(last_round.items()):
    if float(r['amount_usd']) >= 500_000:
        by_field[CATEGORY[companies[cid]['category_code']]].append((cid, r))
for field, found in sorted(by_field.items()):
    found.sort(key=lambda x: (-float(x[1]['amount_usd']), x[0]))
    step = max(1, len(found) // 10)
    for cid, r in found[::step][:10]:
        c = companies[cid]
        owner = organisation('venture-' + cid, c['name'], 'COMPANY', 'US', source=CB, licence='CC BY')
        place = us_cities.get((c['city'].lower(), c['state_code']))
        projects['cb-' + cid] = dict(
            key='cb-' + cid, title=c['name'], title_lang='en', owner=owner, kind='STARTUP_VENTURE', ladder='venture', stage=STAGE[r['round_type']],
            fields=f'STARTUP:50|{field}:50', gap_amount=f"{float(r['amount_usd']):.2f}", gap_currency='USD', instruments='SHARES_UNLISTED:100',
            countries='US', city_geonames=place['geoname_id'] if place else '', lat=place['latitude'] if place else '', lon=place['longitude'] if place else '',
            state='PUBLISHED', recorded_year=r['date'][:4], label='historical record replayed as if open', source=CB, licence='CC BY',
            source_ref=f'company {cid}, round of {r["date"]}', sample_facts='published|confirmed')

INSTITUTION = re.compile(r'venture|capital|partners|fund\b|funds\b|investment|holdings|group|bank|angels|combinator|techstars|labs|accelerator|associates|startups|equity|ventures|google|intel|microsoft|cisco|motorola|qualcomm|samsung|sap |comcast|goldman|morgan', re.I)
PERSONAL = re.compile(r"friends|family|founder|undisclosed|various|individual|private investor", re.I)
fund_deals = collections.defaultdict(list)
for r in rows('ccby_deals.tsv.gz'):
    c = companies.get(r['company_id'])
    if c and c['category_code'] in CATEGORY and INSTITUTION.search(r['investor_name']) and not PERSONAL.search(r['investor_name']):
        fund_deals[r['investor_name']].append((r, c))
top = sorted(fund_deals, key=lambda n: (-len(fund_deals[n]), n))[:110]


def percentile(values, tenths):
    values = sorted(values)
    return values[(len(values) - 1) * tenths // 10]


def weights(counter, least=0.05):
    total, most = sum(counter.values()), max(counter.values())
    return {k: max(1, round(100 * v / most)) for k, v in counter.most_common() if v >= least * total}


for name in top:
    key = 'fund-' + slug(name)
    if key in organisations:
        continue
    corporate = re.search(r'google|intel|microsoft|cisco|motorola|qualcomm|samsung|comcast|sap ', name, re.I)
    kind = 'CORPORATE_STRATEGIC' if corporate else 'COMMERCIAL_BANK' if re.search(r'goldman|morgan|bank', name, re.I) else 'COMMERCIAL_EQUITY_FUND'
    organisation(key, name, 'INVESTOR', '', kind, 'V1', source=CB, licence='CC BY')
    mine = sorted(fund_deals[name], key=lambda x: (x[0]['funded_when'], x[0]['company_id']))
    f, s, a = collections.Counter(), collections.Counter(), []
    for r, c in mine:
        f[CATEGORY[c['category_code']] or 'STARTUP'] += 1
        if r['round_type'] in STAGE:
            s[STAGE[r['round_type']]] += 1
        if r['round_amount_usd']:
            a.append(float(r['round_amount_usd']))
    for r, c in mine[-60:]:
        deals.append(dict(organisation=key, date=r['funded_when'], title=c['name'], field=CATEGORY[c['category_code']] or 'STARTUP', country='US',
                          ladder='venture' if r['round_type'] in STAGE else '', stage=STAGE.get(r['round_type'], ''), currency='USD',
                          instrument='SHARES_UNLISTED', round_amount=f"{float(r['round_amount_usd']):.2f}" if r['round_amount_usd'] else '', source=CB))
    f['STARTUP'] = max(f['STARTUP'], max(f.values()))
    mandates.append(dict(
        key='mandate-' + key, organisation=key, name=f'{name}: inferred mandate', version=1,
        fields='|'.join(f'{k}:{v}' for k, v in weights(f).items()), fields_term='soft', countries='US', place_term='soft',
        ticket_min=f'{percentile(a, 1):.2f}' if a else '', ticket_max=f'{percentile(a, 9):.2f}' if a else '', currency='USD' if a else '', ticket_term='soft',
        ladder='venture', stages='|'.join(weights(s, 0.1)), stage_term='hard' if len(mine) >= 20 else 'soft', instruments='SHARES_UNLISTED', instrument_term='hard',
        inferred='yes', basis=f'{len(mine)} deals up to 2012; ticket: 10th to 90th percentile of {len(a)} whole rounds, an upper bound of the own share',
        label='inferred from public records, not stated by the institution', source=CB, licence='CC BY'))

# ---------------------------------------------------------------- mandates of the banks from titles before 2012
by_bank = collections.defaultdict(list)
for d in deals:
    if d['organisation'] in ('bank-china-eximbank', 'bank-cdb', 'bank-icbc', 'bank-of-china', 'government-cn', 'vendor-zte', 'vendor-huawei'):
        by_bank[d['organisation']].append(d)
for key, mine in sorted(by_bank.items()):
    if len(mine) < 3:
        continue
    f = collections.Counter(d['field'] for d in mine)
    regions = collections.Counter(countries[d['country']]['subregion'] for d in mine if d['country'])
    a = [float(d['amount']) for d in mine if d['amount']]
    i = collections.Counter(d['instrument'] for d in mine if d['instrument'])
    few = len(mine) < 8
    mandates.append(dict(
        key='mandate-' + key, organisation=key, name=f"{organisations[key]['name']}: inferred ICT mandate", version=1,
        fields='|'.join(f'{k}:{v}' for k, v in weights(f).items()), fields_term='soft' if few else 'hard',
        regions='|'.join(weights(regions, 0.04)), **{'global': 'yes'}, place_term='soft',
        ticket_min=f'{percentile(a, 1):.2f}' if len(a) >= 3 else '', ticket_max=f'{percentile(a, 9):.2f}' if len(a) >= 3 else '',
        currency='USD' if len(a) >= 3 else '', ticket_term='hard' if len(a) >= 8 else 'soft',
        instruments='|'.join(weights(i, 0.1)) if i else '', instrument_term='soft' if few else 'hard', inferred='yes',
        basis=f'{len(mine)} ICT records 2000 to 2011; ticket: 10th to 90th percentile of {len(a)} amounts in USD of 2021',
        label='inferred from public records, not stated by the institution', source=AIDDATA, licence='ODC-BY 1.0'))

# ---------------------------------------------------------------- fictional personas
FICTION = 'fictional organisation for the demo'
FMAND = 'fictional mandate for the demo'
organisation('demo-silk-road-fund', 'Blue Caravan Development Fund (fictional)', 'INVESTOR', 'RS', 'BILATERAL_DFI', 'V3', FICTION, city_geonames='792680', claimed='yes',
             presence_countries='RS|KE|TH|LA', languages='en|sr', help_offered='TECHNICAL_ASSISTANCE|STANDARDS', reply_rate_pct='92', median_reply_days='4', closed_deals='7', pledged_deals='9', beneficial_owners='Republic of Utopia (fictional)')
organisation('demo-social-fund', 'Open Classroom Social Fund (fictional)', 'INVESTOR', 'TH', 'SOCIAL_FUND', 'V2', FICTION, city_geonames='1609350', claimed='yes',
             presence_countries='TH|LA|KH', languages='en|th', help_offered='TRAINING|TECHNICAL_ASSISTANCE', reply_rate_pct='80', median_reply_days='6', beneficial_owners='Members of the Open Classroom Society (fictional)')
organisation('demo-backbone-bank', 'Meridian Backbone Bank (fictional)', 'INVESTOR', 'AE', 'MULTILATERAL_BANK', 'V4', FICTION, city_geonames='292223', claimed='yes',
             presence_countries='AE|KE|PK|NG', languages='en|ar', help_offered='TECHNICAL_ASSISTANCE|POLICY', reply_rate_pct='88', median_reply_days='9', closed_deals='21', pledged_deals='30', beneficial_owners='Member states (fictional)')
organisation('demo-owner', 'Drina Valley Fibre Company (fictional)', 'COMPANY', 'RS', '', 'V3', FICTION, city_geonames='792680', claimed='yes', languages='sr|en', beneficial_owners='Drina Valley Municipalities (fictional)')
organisation('demo-city-office-novi-sad', 'International Office, Novi Sad (fictional)', 'CITY_OFFICE', 'RS', '', 'V2', FICTION, city_geonames='3194360', claimed='yes')
organisation('demo-city-office-chiang-mai', 'International Office, Chiang Mai (fictional)', 'CITY_OFFICE', 'TH', '', 'V2', FICTION, city_geonames='1153671', claimed='yes')
organisation('demo-observer', 'Observatory for Digital Cooperation (fictional)', 'MULTILATERAL', 'RS', '', 'V4', FICTION, claimed='yes')
mandates += [
    dict(key='demo-mandate-rural', organisation='demo-silk-road-fund', name='Rural fibre and broadband (fictional)', version=1,
         fields='CONN_BROADBAND:100|INCL_RURAL:100|CONN_BACKBONE:70', fields_term='hard', kinds='INFRASTRUCTURE|APPLICATION', countries='RS|KE|LA|TH',
         regions='Southeast Europe|Eastern Africa|South-Eastern Asia|Western Africa|Southern Asia', place_term='soft', ticket_min='5000000', ticket_max='150000000', currency='EUR', ticket_term='hard',
         ladder='infrastructure', stages='FEASIBILITY|STRUCTURING|PROCUREMENT', stage_term='soft', instruments='LOAN|GUARANTEE|SHARES_UNLISTED', instrument_term='hard',
         target_return_pct='7', max_tenor_months='180', min_stake_pct='10', sdg_targets='9.c|9.1|10.2', articles='1|9', inferred='no', label=FMAND),
    dict(key='demo-mandate-schools', organisation='demo-social-fund', name='Schools and learning online (fictional)', version=1,
         fields='INCL_SCHOOL:100|DX_EDUCATION:80|SKILLS_PUBLIC:60', fields_term='soft', regions='South-Eastern Asia|Eastern Africa|Western Africa|Middle Africa', **{'global': 'yes'}, place_term='soft',
         ticket_min='100000', ticket_max='60000000', currency='USD', ticket_term='soft', ladder='infrastructure', instruments='GRANT|LOAN|TECHNICAL_ASSISTANCE', instrument_term='hard',
         sdg_targets='4.a|4.4', articles='6|9', inferred='no', label=FMAND),
    dict(key='demo-mandate-backbone', organisation='demo-backbone-bank', name='Backbones and data centres (fictional)', version=1,
         fields='CONN_BACKBONE:100|CONN_DATACENTRE:90|CONN_SATCOM:60', fields_term='hard', kinds='INFRASTRUCTURE', **{'global': 'yes'}, place_term='soft',
         ticket_min='20000000', ticket_max='400000000', currency='USD', ticket_term='hard', ladder='infrastructure', instruments='LOAN|BOND|GUARANTEE', instrument_term='hard',
         target_return_pct='6.5', max_tenor_months='240', sdg_targets='9.1|9.c', articles='1', inferred='no', label=FMAND),
]
projects['demo-rural-fibre'] = dict(
    key='demo-rural-fibre', title='Rural fibre of the Drina valley (fictional)', title_lang='en',
    summary='Open-access fibre to 214 villages on both banks of the Drina; fictional listing that shows the full form.', summary_lang='en',
    owner='demo-owner', kind='INFRASTRUCTURE', lifecycle='PREPARATION', ladder='infrastructure', stage='FEASIBILITY', fields='CONN_BROADBAND:70|INCL_RURAL:30',
    contract='DBFOM', public_authority='Drina Valley Municipalities (fictional)', gap_amount='42000000', gap_currency='EUR', min_slice_amount='10000000',
    instruments='LOAN:75|GRANT:25', concessional='yes', return_pct='6.5', tenor_months='180',
    readiness='NEEDS_ASSESSMENT=report of 2025|DEMAND_STUDY=survey of 2026|FEASIBILITY_STUDY=study of 2026|TECHNICAL_DESIGN=draft design|FINANCIAL_MODEL=|ENVIRONMENTAL_ASSESSMENT=scoping report|!SOCIAL_ASSESSMENT',
    flags='DEMAND_UNVERIFIED', entry_price_pct_gni='1.6', population_newly_served='61000', schools_connected='48', countries='RS', city_geonames='792680', lat='43.97', lon='19.56',
    languages='sr|en', help_wanted='TECHNICAL_ASSISTANCE|STANDARDS', state='PUBLISHED', label='fictional listing for the demo', sample_facts='published|confirmed')

used = {m['organisation'] for m in mandates} | {p['owner'] for p in projects.values()} | {k for k in organisations if k.startswith('demo-')}
write('organisations.tsv', 'key name kind country city_geonames investor_type verification verification_at screening screening_at active claimed sample_facts presence_countries languages help_offered reply_rate_pct median_reply_days closed_deals pledged_deals beneficial_owners label source licence'.split(),
      [organisations[k] for k in sorted(organisations) if k in used])
write('deals.tsv.gz', 'organisation date title field country ladder stage amount currency instrument round_amount source'.split(),
      sorted((d for d in deals if d['organisation'] in used), key=lambda d: (d['organisation'], d['date'], d['title'])))
write('projects.tsv', 'key title title_lang summary summary_lang owner kind lifecycle ladder stage fields contract public_authority gap_amount gap_currency min_slice_amount instruments concessional return_pct tenor_months readiness flags entry_price_pct_gni population_newly_served schools_connected women_share_pct countries city_geonames lat lon languages excluded_investors help_wanted deadline published_at confirmed_at state recorded_financier recorded_year label source licence source_ref sample_facts'.split(),
      [projects[k] for k in sorted(projects)])
write('mandates.tsv', 'key organisation name version fields fields_term generalist excluded_fields kinds countries regions global place_term excluded_countries excluded_contracts ticket_min ticket_max currency ticket_term ladder stages stage_term instruments instrument_term target_return_pct max_tenor_months min_stake_pct sdg_targets articles inferred basis label source licence'.split(),
      sorted(mandates, key=lambda m: m['key']))

# ---------------------------------------------------------------- cities
SAMPLES = {  # needs, offers, facts (b budget, c coordinator, p plan), focus
    ('RS', 'Belgrade'): ('CITY_SMART:3|HEALTH_REMOTE:2|CITY_AI:2', 'GOV_OPENDATA:3|DX_EDUCATION:2|SVC_CREATIVE:2', 'bc', 'SMART_CITY|AI'),
    ('RS', 'Novi Sad'): ('CITY_IOT:3|CITY_SMART:3|SVC_TOURISM:2|CITY_TRADESERVICES:1', 'SVC_CREATIVE:3|DX_AGRI:3|CITY_PEOPLE:2', 'bcp', 'SMART_CITY|IOT'),
    ('RS', 'Niš'): ('DX_MANUFACTURING:3|SKILLS_WORKPLACE:2|CITY_INTERNETPLUS:1', 'SKILLS_PROGRAMME:2|RESEARCH:2|CITY_PEOPLE:1', 'c', 'INTERNET_PLUS'),
    ('TR', 'Istanbul'): ('CITY_SMART:3|SVC_LOGISTICS:3|SEC:2', 'SVC_TOURISM:3|CITY_TRADESERVICES:3|SVC_PAYMENT:2', 'bcp', 'SMART_CITY|ECOMMERCE'),
    ('TR', 'Ankara'): ('CITY_AI:3|GOV_OPENDATA:2|HEALTH_REMOTE:2', 'SEC:3|RESEARCH:2|DX_EDUCATION:2', 'bc', 'AI|REMOTE_HEALTHCARE'),
    ('TR', 'İzmir'): ('CITY_TRADESERVICES:3|DX_AGRI_DISTRIBUTION:2|SVC_TOURISM:2', 'DX_AGRI:3|SVC_LOGISTICS:2|CITY_PEOPLE:2', 'b', 'ECOMMERCE'),
    ('TR', 'Bursa'): ('DX_MANUFACTURING:3|CITY_IOT:2|SKILLS_WORKPLACE:2', 'DX_MANUFACTURING:3|SVC_LOGISTICS:2|CITY_PEOPLE:1', 'bc', 'IOT|INTERNET_PLUS'),
    ('TH', 'Bangkok'): ('CITY_SMART:3|DX_URBAN:2|CITY_AI:2', 'SVC_TOURISM:3|SVC_PAYMENT:3|HEALTH_REMOTE:2', 'bcp', 'SMART_CITY|ECOMMERCE'),
    ('TH', 'Chiang Mai'): ('DX_ENVIRONMENT:3|CITY_SMART:2|SVC_CREATIVE:2', 'SVC_TOURISM:3|CITY_PEOPLE:3|DX_AGRI:2', 'bc', 'SMART_CITY'),
    ('TH', 'Khon Kaen'): ('HEALTH_REMOTE:3|CITY_SMART:3|SKILLS_PUBLIC:2', 'DX_URBAN:2|RESEARCH:2|DX_HEALTH:2', 'bcp', 'REMOTE_HEALTHCARE|SMART_CITY'),
    ('TH', 'Phuket'): ('SVC_TOURISM:3|CITY_IOT:2|SVC_PAYMENT:1', 'SVC_TOURISM:3|CITY_SMART:2|CITY_PEOPLE:2', 'c', 'SMART_CITY|IOT'),
    ('LA', 'Vientiane'): ('CONN_BROADBAND:3|GOV_OPENDATA:2|SKILLS_PUBLIC:3|HEALTH_REMOTE:2', 'CITY_PEOPLE:2|SVC_TOURISM:2|DX_AGRI:1', 'c', 'INFORMATION_INFRASTRUCTURE'),
    ('LA', 'Luang Prabang'): ('SVC_TOURISM:3|CONN_BROADBAND:2|SKILLS_PUBLIC:2', 'CITY_PEOPLE:3|SVC_CREATIVE:2|SVC_TOURISM:2', 'c', 'INFORMATION_INFRASTRUCTURE|ECOMMERCE'),
    ('LA', 'Savannakhet'): ('SVC_LOGISTICS:3|ECOM_CUSTOMS:3|CONN_BACKBONE:2', 'SVC_LOGISTICS:2|CITY_TRADESERVICES:2|CITY_PEOPLE:1', '', 'ECOMMERCE'),
    ('SA', 'Riyadh'): ('CITY_AI:3|DX_URBAN:3|SVC_CREATIVE:2', 'CONN_DATACENTRE:3|SVC_PAYMENT:2|CITY_SMART:2', 'bcp', 'AI|SMART_CITY'),
    ('SA', 'Jeddah'): ('SVC_LOGISTICS:3|SVC_TOURISM:2|CITY_TRADESERVICES:2', 'CITY_TRADESERVICES:2|CONN_BACKBONE:3|CITY_PEOPLE:2', 'bc', 'ECOMMERCE|IOT'),
    ('SA', 'Dammam'): ('DX_MANUFACTURING:3|CITY_IOT:3|SKILLS_WORKPLACE:2', 'SVC_LOGISTICS:3|CONN_DATACENTRE:2|RESEARCH:1', 'b', 'IOT'),
    ('SA', 'Medina'): ('SVC_TOURISM:3|CITY_SMART:3|HEALTH_REMOTE:2', 'CITY_PEOPLE:3|SVC_SHARING:1|CITY_IOT:2', 'bc', 'SMART_CITY'),
    ('AE', 'Dubai'): ('SVC_CREATIVE:3|CITY_AI:3|RESEARCH:2', 'CITY_SMART:3|SVC_LOGISTICS:3|CITY_TRADESERVICES:3|SVC_PAYMENT:2', 'bcp', 'AI|SMART_CITY|ECOMMERCE'),
    ('AE', 'Abu Dhabi'): ('DX_ENVIRONMENT:3|CITY_AI:2|DX_EDUCATION:2', 'CITY_AI:3|SEC:3|CONN_DATACENTRE:2', 'bcp', 'AI'),
    ('AE', 'Sharjah'): ('INCL_CONTENT_LITERATURE:3|DX_EDUCATION:2|CITY_IOT:1', 'INCL_CONTENT_LITERATURE:3|CITY_PEOPLE:3|MSME:2', 'bc', 'IOT|ECOMMERCE'),
    ('CN', 'Hangzhou'): ('SVC_TOURISM:2|CITY_PEOPLE:2|SVC_CREATIVE:3', 'CITY_INTERNETPLUS:3|ECOM_TECHSERVICE:3|CITY_SMART:3|CITY_AI:2', 'bcp', 'INTERNET_PLUS|ECOMMERCE|AI'),
    ('CN', 'Ningbo'): ('CITY_TRADESERVICES:3|SVC_LOGISTICS:2|CITY_PEOPLE:2', 'ECOM_WAREHOUSE:3|DX_MANUFACTURING:3|SVC_LOGISTICS:3|CITY_IOT:2', 'bcp', 'ECOMMERCE|IOT'),
    ('CN', 'Xiamen'): ('SVC_TOURISM:2|RESEARCH:2|CITY_PEOPLE:3', 'CITY_SMART:3|GOV_OPENDATA:2|SVC_LOGISTICS:2', 'bcp', 'SMART_CITY|ECOMMERCE'),
    ('CN', 'Guiyang'): ('DX_AGRI_DISTRIBUTION:3|SVC_TOURISM:2|RESEARCH:2', 'CONN_DATACENTRE:3|GOV_OPENDATA:3|CITY_AI:2', 'bc', 'INFORMATION_INFRASTRUCTURE|AI'),
    ('CN', 'Chengdu'): ('CITY_PEOPLE:3|SVC_CREATIVE:2|DX_HEALTH:2', 'INCL_CONTENT_GAME:3|HEALTH_REMOTE:3|CITY_SMART:2|SVC_LOGISTICS:2', 'bcp', 'REMOTE_HEALTHCARE|SMART_CITY'),
    ('CN', 'Xi’an'): ('SVC_TOURISM:3|INCL_CONTENT_KNOWLEDGE:2|CITY_PEOPLE:2', 'RESEARCH:3|CONN_SATNAV:3|DX_EDUCATION:2', 'bc', 'INTERNET_PLUS|AI'),
    ('CN', 'Kunming'): ('DX_AGRI_DISTRIBUTION:3|ECOM_CUSTOMS:2|CITY_PEOPLE:2', 'DX_AGRI:3|CONN_BACKBONE:2|SKILLS_PROGRAMME:2|SVC_LOGISTICS:2', 'bc', 'ECOMMERCE|INFORMATION_INFRASTRUCTURE'),
    ('CN', 'Nanning'): ('ECOM_CUSTOMS:3|CITY_PEOPLE:2|SVC_TOURISM:2', 'CITY_INFOSHARING:3|CONN_BROADBAND:2|CITY_TRADESERVICES:3|SKILLS_PUBLIC:2', 'bcp', 'INFORMATION_INFRASTRUCTURE|ECOMMERCE'),
    ('CN', 'Shenzhen'): ('RESEARCH:3|SVC_CREATIVE:2|CITY_PEOPLE:1', 'CITY_IOT:3|CITY_AI:3|CITY_SMART:3|CONN_BROADBAND:2|DX_MANUFACTURING:2', 'bcp', 'IOT|AI|SMART_CITY'),
}
SIGNATORIES = {'CN', 'LA', 'SA', 'RS', 'TH', 'TR', 'AE'}
wikidata = {r['geonames_id']: r['wikidata'] for r in rows('cities.tsv') if r['wikidata']}
ALIASES = {'Xi’an': ("Xi'an", 'Xi’an', 'Xi’an Shi'), 'Niš': ('Niš', 'Nis'), 'İzmir': ('İzmir', 'Izmir'), 'Savannakhet': ('Savannakhet', 'Kaysone Phomvihane', 'Savannakhét'),
           'Luang Prabang': ('Luang Prabang', 'Louangphrabang', 'Luangprabang'), 'Dammam': ('Dammam', 'Ad Dammām'), 'Medina': ('Medina', 'Al Madīnah', 'Madinah', 'Al Madinah al Munawwarah'), 'Sharjah': ('Sharjah',), 'Phuket': ('Phuket',)}
best, cities = {}, {}
for r in rows('cities15000.tsv'):
    people = int(r['population'] or 0)
    if people >= 100_000 or r['country'] in SIGNATORIES:
        cities[r['geoname_id']] = r
        for (country, name) in SAMPLES:
            if r['country'] == country and r['name'] in ALIASES.get(name, (name,)):
                if (country, name) not in best or people > int(cities[best[(country, name)]]['population'] or 0):
                    best[(country, name)] = r['geoname_id']
missing = sorted(set(SAMPLES) - set(best))
print('samples without a city:', missing)
sample_of = {v: k for k, v in best.items()}
city_rows = []
for gid, r in sorted(cities.items(), key=lambda x: int(x[0])):
    c = dict(geonames_id=gid, name=r['name'], country=r['country'], admin1=r['admin1'], lat=r['latitude'], lon=r['longitude'], population=r['population'] if r['population'] != '0' else '',
             timezone=r['timezone'], wikidata=wikidata.get(gid, ''), level='NATIONAL_CAPITAL' if capital.get(r['country']) == r['name'] else '',
             sample='no', source='GeoNames', licence='CC BY 4.0')
    if gid in sample_of:
        needs, offers, facts, focus = SAMPLES[sample_of[gid]]
        c.update(accepting='yes', verification='V2', needs=needs, offers=offers, area_focus=focus, sample='yes',
                 budget_line='yes' if 'b' in facts else '', coordinator='yes' if 'c' in facts else '', first_year_plan='yes' if 'p' in facts else '',
                 label='sample needs, offers and commitment for the demo: no open source states what this city needs')
    city_rows.append(c)
write('cities.tsv.gz', 'geonames_id name country admin1 lat lon population timezone wikidata level accepting verification languages needs offers budget_line coordinator first_year_plan reply_rate_pct median_reply_days indicators area_focus area_site sample label source licence'.split(), city_rows)
gid_of = {r['city_id']: r['geonames_id'] for r in rows('cities.tsv')}
links = {}
for r in rows('city_links_train.tsv'):
    a, b = gid_of.get(r['city_a'], ''), gid_of.get(r['city_b'], '')
    if a in cities and b in cities and a != b:
        a, b = sorted((a, b), key=int)
        links.setdefault((a, b), set()).update(x.strip() for x in r['sources'].split(','))
write('twinnings.tsv.gz', ['a_geonames', 'b_geonames', 'sources', 'licence'],
      [dict(a_geonames=a, b_geonames=b, sources='|'.join(sorted(s)), licence='CC0 1.0' if all(x.startswith('wd') for x in s) else 'CC BY-SA 4.0')
       for (a, b), s in sorted(links.items(), key=lambda x: (int(x[0][0]), int(x[0][1])))])

# ---------------------------------------------------------------- reference facts
INCOME = {'Low income': 'LOW', 'Lower middle income': 'LOWER_MIDDLE', 'Upper middle income': 'UPPER_MIDDLE', 'High income': 'HIGH'}
write('countries.tsv', 'iso2 name region subregion languages borders income_group gdp_usd gdp_year internet_users_pct internet_year ldc'.split(),
      [dict(iso2=k, name=r['name'], region=r['region'], subregion=r['subregion'], languages=r['languages'],
            borders='|'.join(iso3to2[b] for b in r['borders'].split('|') if b in iso3to2), income_group=INCOME.get(r['wb_income_group'], ''),
            gdp_usd=f"{float(r['gdp_usd']):.0f}" if r['gdp_usd'] else '', gdp_year=r['gdp_year'], internet_users_pct=r['internet_users_pct'], internet_year=r['internet_year'], ldc=r['ldc'])
       for k, r in sorted(countries.items())])
pairs = {}
for r in rows('country_pairs.tsv.gz'):
    a, b = iso3to2.get(r['iso_o']), iso3to2.get(r['iso_d'])
    if a and b and a < b:
        pairs[(a, b)] = dict(iso2_a=a, iso2_b=b, contig=r['contig'], comlang_off=r['comlang_off'], colony=r['colony'], dist_km=f"{float(r['dist']):.0f}" if r['dist'] else '')
write('country_pairs.tsv.gz', ['iso2_a', 'iso2_b', 'contig', 'comlang_off', 'colony', 'dist_km'], [pairs[k] for k in sorted(pairs)])
if args.fx:
    with zipfile.ZipFile(args.fx) as z:
        history = list(csv.DictReader(io.TextIOWrapper(z.open(z.namelist()[0]), 'utf-8')))
    last = {}
    for r in sorted(history, key=lambda r: r['Date']):
        last[r['Date'][:7]] = r
    fx = []
    for month, r in sorted(last.items()):
        if month >= '2012':
            fx += [dict(date=r['Date'], currency=c, per_eur=v) for c, v in sorted(r.items()) if c and c != 'Date' and v and v != 'N/A']
    write('fx.tsv.gz', ['date', 'currency', 'per_eur'], fx)
