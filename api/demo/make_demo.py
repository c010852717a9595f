#!/usr/bin/env python3
"""Makes the demo's files from the open sources that ATTRIBUTION.md names.

usage: make_demo.py --source DIR [--fx eurofxref-hist.zip] [--out DIR]

DIR holds the source tables. The exchange rates come from the history of the European Central Bank; without
--fx and without a eurofxref-hist.zip in DIR the file fx.tsv.gz is left as it is.
What a source does not say stays empty. The same sources give the same bytes.
"""
import argparse
import collections
import csv
import gzip
import hashlib
import io
import os
import re
import unicodedata
import zipfile

HERE = os.path.dirname(os.path.abspath(__file__))
parser = argparse.ArgumentParser()
parser.add_argument('--source', required=True, help='folder of the source tables')
parser.add_argument('--fx', help='history of the euro reference rates, a zip file with one CSV')
parser.add_argument('--out', default=HERE, help='folder to write to; this one if not given')
args = parser.parse_args()


# ---------------------------------------------------------------- tables
def rows(name):
    path = os.path.join(args.source, name)
    opener = gzip.open if name.endswith('.gz') else open
    with opener(path, 'rt', encoding='utf-8', newline='') as f:
        yield from csv.DictReader(f, delimiter='\t', quoting=csv.QUOTE_NONE)


def write(name, columns, records):
    columns = columns.split()
    text = io.StringIO()
    text.write('\t'.join(columns) + '\n')
    for record in records:
        unknown = set(record) - set(columns)
        assert not unknown, (name, unknown)
        cells = ['' if record.get(c) is None else str(record[c]) for c in columns]
        text.write('\t'.join(re.sub(r'\s+', ' ', c).strip() for c in cells) + '\n')
    data = text.getvalue().encode()
    path = os.path.join(args.out, name)
    if name.endswith('.gz'):
        with open(path, 'wb') as f, gzip.GzipFile('', 'wb', 9, f, 0) as z:
            z.write(data)
    else:
        with open(path, 'wb') as f:
            f.write(data)
    print(f'{name}: {len(records)} rows, {os.path.getsize(path)} bytes')


def slug(s):
    return re.sub(r'[^a-z0-9]+', '-', s.lower()).strip('-')


def plain(s):
    """Letters only, without accents, to compare names."""
    return re.sub('[^a-z]', '', unicodedata.normalize('NFKD', s).encode('ascii', 'ignore').decode().lower())


def percentile(values, tenths):
    values = sorted(values)
    return values[(len(values) - 1) * tenths // 10]


def money(x):
    return f'{float(x):.2f}' if x else ''


countries = {r['iso2']: r for r in rows('countries.tsv') if r['iso2']}
iso3to2 = {r['iso3']: r['iso2'] for r in countries.values()}
# Old codes of the pairs of countries: Romania, Serbia, DR Congo, Palestine.
iso3to2.update({'ROM': 'RO', 'YUG': 'RS', 'ZAR': 'CD', 'PAL': 'PS', 'KSV': 'XK'})
places = {r['geoname_id']: r for r in rows('cities15000.tsv')}

AIDDATA = 'AidData Global Chinese Development Finance Dataset, version 3.0'
CRUNCHBASE = 'Crunchbase 2013 snapshot (crunchbase.com)'
REPLAYED = 'historical record replayed as if open'
INFERRED = 'inferred from public records, not stated by the institution'
SAMPLE_LABEL = 'sample verification and screening for the demo'
FICTION = 'fictional organisation for the demo'
FICTIONAL_MANDATE = 'fictional mandate for the demo'
CITY_SAMPLE = 'sample needs and offers for the demo: no open source states what this city needs'

organisations, projects, deals, mandates = {}, {}, [], []


def organisation(key, name, kind, country='', investor_type='', level='V2', label=SAMPLE_LABEL, **more):
    organisations.setdefault(key, dict(
        key=key, name=name, kind=kind, country=country, investor_type=investor_type, verification=level,
        screening='CLEAR', active='yes', claimed='no', sample_facts='verification|screening', label=label, **more))
    return key


# ---------------------------------------------------------------- digital projects of 2012 and later
# Records (tranches of one project together) | name | fields | kind | owner.
# The name is the title of the record without who paid, how much and how; '!' after it: the country is named in it.
# Kind: I infrastructure, A application. Owner: a key of OWNERS where the title or description names one.
# Left out: donations of goods, training courses and seminars, debt and working capital of companies, purchases of
# a maker's equipment by a company without a named project, roads, power lines, hospitals.
OPEN = '''
30481|Phase 2 of the ICT-Enabled Distance Learning Project at University of Ghana!|DX_EDUCATION:60,INCL_SCHOOL:40|A|ug
30497|Phase 1 of National Telecommunication Coverage Project|CONN_BROADBAND:100|I|
57529|Phase 2 of National Telecommunication Coverage Project|CONN_BROADBAND:100|I|
57531,68940|Phase 3 of National Telecommunication Coverage Project|CONN_BROADBAND:100|I|
30956|Phase 2 of Dedicated Security Information System Project|SEC:100|A|
33074|Government Information Technology Building|GOV_OPENDATA:100|A|
33380|Colombo Lotus Tower Project|INCL_CONTENT_AV:60,CONN_BROADBAND:40|I|trcsl
39015|Pak-China Fiber Optic Cable Construction Project!|CONN_BACKBONE:100|I|
40730|National Command Information Network Project|SEC:50,CONN_BROADBAND:50|I|
42401|National Satellite Communications and Broadcasting System Project|CONN_SATCOM:60,INCL_CONTENT_AV:40|I|
46215,71411|Safe City Project|SEC:60,CITY_SMART:40|A|
52236|First communications training institute in Oyala|SKILLS_PROGRAMME:100|A|
52654|Tier IV National Data Center Project in Kaliakoir|CONN_DATACENTRE:100|I|bcc
52765|Modernization of Telecommunication Network for Digital Connectivity Project (MOTN)|CONN_BROADBAND:100|I|btcl
52997|Phase 8 of Radio and Television Center Technical Cooperation Project|INCL_CONTENT_AV:100|A|kmrtc
53093|Phase I of Smart Zambia National ICT Development Project!|GOV_OPENDATA:60,CONN_BROADBAND:40|I|
53273|Phase 1 of Video Surveillance Platform Project|SEC:60,CITY_SMART:40|A|
53282|Phase 3 of the E-Government Project|GOV_OPENDATA:100|A|
53726|Pilot Project of Digital Terrestrial Multimedia Broadcast (DTMB)|INCL_CONTENT_AV:100|I|
54342|2G, 3G and BWA services of Aircel and its subsidiaries|CONN_BROADBAND:100|I|aircel
55525|1,480 km fibre optic network from Chad to Sudan!|CONN_BACKBONE:100|I|
55526|Seychelles Radio and Broadcasting House Construction and Equipping Project!|INCL_CONTENT_AV:100|I|
55542|Phase IV of LBS Technical Cooperation Project for the Liberia Broadcasting System!|INCL_CONTENT_AV:100|A|lbs
55599|Mauritius Broadcasting Corporation Technical Cooperation Project!|INCL_CONTENT_AV:100|A|mbc
55898|Network Access Support Project|CONN_BROADBAND:100|I|
56119|National Broadband Expansion Project|CONN_BROADBAND:100|I|
56716|Phase 1 of the Safe City Project|SEC:60,CITY_SMART:40|A|
88567|Phase 2 of the Safe City Project|SEC:60,CITY_SMART:40|A|
56767,56816|Phases II and III of the National Digital Terrestrial Television Broadcasting System Project|INCL_CONTENT_AV:100|I|znbc
56878|Gambia National Broadband Network (GNBN) Project!|CONN_BROADBAND:100|I|
56892|Metropolitan Internet Network Project|CONN_BROADBAND:100|I|
57033|Safe City Project|SEC:60,CITY_SMART:40|A|
57214|Round 9 of technical assistance to the Comoros Radio and Television Center!|INCL_CONTENT_AV:100|A|kmrtc
57239|Mwali Island Digital Television Coverage Project|INCL_CONTENT_AV:60,INCL_RURAL:40|I|
58230|Renovation of the Lilongwe Station Office of Malawi Broadcasting Corporation!|INCL_CONTENT_AV:100|I|mwbc
58409|Phase 2 of E-Government Project|GOV_OPENDATA:100|A|
58535|Phase 1 of Intelligent Urban Video Surveillance System Expansion Project|SEC:60,CITY_SMART:40|A|
58542|Construction of data centers in Cameroon!|CONN_DATACENTRE:100|I|
58683|National Backbone Fiber Optic Cable Network and Communication Service Project|CONN_BACKBONE:100|I|
58958|South Sudan Broadcasting Corporation Upgrading and Modernization Project!|INCL_CONTENT_AV:100|I|ssbc
59366|Konza Data Centre and Smart City Project|CONN_DATACENTRE:50,CITY_SMART:50|I|keict
59501|Egyptian Satellite Assembly, Integration and Testing Center Project!|CONN_SATCOM:50,RESEARCH:50|I|
59651|Telecommunications project in Egypt's New Administrative Capital!|CONN_BROADBAND:100|I|
59801|Phase II of EgyptSat 2 Project Feasibility Study!|CONN_SATCOM:50,RESEARCH:50|I|
60072|Phase 1 of National Telecommunications Backbone Project (PBNT)|CONN_BACKBONE:100|I|
60149|ICT lab at Adeiso Junior High School|DX_EDUCATION:60,INCL_SCHOOL:40|A|adeiso
60150|ICT lab at Akoase Methodist Junior High School|DX_EDUCATION:60,INCL_SCHOOL:40|A|akoase
60151|ICT lab at Lady Julia ICT Knowledge Community Center|SKILLS_PUBLIC:100|A|julia
60153|ICT lab at Maranatha University College|DX_EDUCATION:100|A|maranatha
73225|ICT lab at Duong Junior High School in the Upper West Region|DX_EDUCATION:60,INCL_SCHOOL:40|A|duong
73226|ICT lab at Nyankpala Junior High School in the Northern Region|DX_EDUCATION:60,INCL_SCHOOL:40|A|nyankpala
73227|ICT lab at Tempane High School in the Northern Region|DX_EDUCATION:60,INCL_SCHOOL:40|A|tempane
60194|E-Government and Fiber Optic Backbone Project in Zanzibar|GOV_OPENDATA:50,CONN_BACKBONE:50|I|
60196|Safe Zanzibar Project|SEC:60,CITY_SMART:40|A|
60232|Phase 13 of Zanzibar Radio Station Technical Cooperation|INCL_CONTENT_AV:100|A|zradio
60972|Health system project at the African Union headquarters|DX_HEALTH:100|A|au
62320|Phase 1 of High-Performance Computing Center Project|CONN_DATACENTRE:60,RESEARCH:40|I|
62405|Phase 2 of High-Performance Computing Center Project|CONN_DATACENTRE:60,RESEARCH:40|I|
62637|Phase 4 of Malabo Television Center Technical Assistance Project|INCL_CONTENT_AV:100|A|
63248|Phase 1 of Safe City Project|SEC:60,CITY_SMART:40|A|
63327|Phase 1 (Part 2) of Myanmar Communication Infrastructure Construction Project!|CONN_BROADBAND:100|I|
63425|Digital Terrestrial Television Transmission System (DTMB) Project|INCL_CONTENT_AV:100|I|
64138|Information System Reconstruction Project of the Ministry of Industry and Commerce|GOV_OPENDATA:100|A|lamoic
64351|National Radio and Television Broadcasting Center Maintenance and Reconstruction Project|INCL_CONTENT_AV:100|I|
64617|Expansion of a 3G advanced mobile system in Costa Rica!|CONN_BROADBAND:100|I|ice
64663|Lao National Television (LNTV) Channel 3 Reconstruction Project!|INCL_CONTENT_AV:100|I|lntv
64690|Lao National Television (LNTV) Channel 3 Technical Cooperation Project!|INCL_CONTENT_AV:100|A|lntv
64699,64695|Lao Satellite Project!|CONN_SATCOM:100|I|nast
65006|Digital education center|DX_EDUCATION:100|A|
66154|Cable landing station|CONN_BACKBONE:100|I|
66262|Video Surveillance System Installation Project|SEC:60,CITY_SMART:40|A|
66480|Modernization of the technological infrastructure of Ukrtelecom|CONN_BROADBAND:100|I|ukrtelecom
67014|Fixed Network Modernization and Upgrading Project of Telekom Srbija|CONN_BROADBAND:100|I|telekomsrbija
68366|Cambodia 4G Network Project!|CONN_BROADBAND:100|I|xinweikh
68811|Togolese Television (TVT) and Radio Lomé Auditorium Construction Project!|INCL_CONTENT_AV:100|I|tvt
69189|Satellite TV Project for 300 Villages|INCL_CONTENT_AV:60,INCL_RURAL:40|I|
69219,70238|Digital Television Project|INCL_CONTENT_AV:100|I|
69989|Phase III of Cuba's Digital Television Deployment Program!|INCL_CONTENT_AV:100|I|
70272|New capabilities at La Guardia Ground Station|CONN_SATCOM:100|I|
70442|Phase 1 of Safe City Project|SEC:60,CITY_SMART:40|A|
95622|Phase 2 of Safe City Project|SEC:60,CITY_SMART:40|A|
70886,70889|Bishkek Osh-Batken Fiber Optic Network Construction Project|CONN_BACKBONE:100|I|
70999|70 kg Multi-Spectral Remote Sensing Satellite (ETRSS-1) Project|CONN_SATCOM:50,DX_ENVIRONMENT:50|I|
73385|Phase 2 of Nigeria National ICT Infrastructure Backbone (NICTIB) Project!|CONN_BACKBONE:100|I|
87098|Satellite Data Receiving Ground Station (SDRGS) Project|CONN_SATCOM:100|I|
87262|Access to Satellite TV for 10,000 Villages|INCL_CONTENT_AV:60,INCL_RURAL:40|I|
88534|Multimedia center for the Saartjie Baartman Centre for Women and Children|INCL_CONTENT_AV:50,SKILLS_PUBLIC:50|A|baartman
88957|5G Telecommunications Infrastructure Project of Uzbektelecom|CONN_BROADBAND:100|I|uzbektelecom
89413|Phase 1 of Digital Education Project|DX_EDUCATION:100|A|
90025|Repair of the infrastructure of the Broadcasting Corporation of Niue!|INCL_CONTENT_AV:100|I|niue
90173|New computer lab of Salelologa Primary School|DX_EDUCATION:60,INCL_SCHOOL:40|A|salelologa
91780|Video Surveillance Project|SEC:60,CITY_SMART:40|A|
92616|TmCel Telecommunications Network Expansion and Modernization Project|CONN_BROADBAND:100|I|tmcel
95606|Digital transformation system of the National Television of Cambodia!|INCL_CONTENT_AV:100|A|tvk
95856|Digital TV Transformation Project|INCL_CONTENT_AV:100|I|
96036,96037,96069|Phase 1 of 4G/5G Telecommunications Network Project of DTC|CONN_BROADBAND:100|I|dito
'''
OWNERS = {  # named in the title or the description of a record
    'ug': ('University of Ghana', 'ACADEMIC'), 'trcsl': ('Telecommunications Regulatory Commission of Sri Lanka', 'PUBLIC_AGENCY'),
    'bcc': ('Bangladesh Computer Council', 'PUBLIC_AGENCY'), 'btcl': ('Bangladesh Telecommunications Company Limited', 'COMPANY'),
    'kmrtc': ('Comoros Radio and Television Center', 'PUBLIC_AGENCY'), 'aircel': ('Aircel', 'COMPANY'),
    'lbs': ('Liberia Broadcasting System', 'PUBLIC_AGENCY'), 'mbc': ('Mauritius Broadcasting Corporation', 'PUBLIC_AGENCY'),
    'znbc': ('Zambia National Broadcasting Corporation (ZNBC)', 'PUBLIC_AGENCY'), 'mwbc': ('Malawi Broadcasting Corporation', 'PUBLIC_AGENCY'),
    'ssbc': ('South Sudan Broadcasting Corporation', 'PUBLIC_AGENCY'),
    'keict': ('Ministry of Information, Communication and Technology, Kenya', 'GOVERNMENT'),
    'adeiso': ('Adeiso Junior High School', 'ACADEMIC'), 'akoase': ('Akoase Methodist Junior High School', 'ACADEMIC'),
    'julia': ('Lady Julia ICT Knowledge Community Center', 'OTHER'), 'maranatha': ('Maranatha University College', 'ACADEMIC'),
    'duong': ('Duong Junior High School', 'ACADEMIC'), 'nyankpala': ('Nyankpala Junior High School', 'ACADEMIC'),
    'tempane': ('Tempane High School', 'ACADEMIC'), 'zradio': ('Zanzibar Radio Station', 'PUBLIC_AGENCY'),
    'au': ('African Union', 'MULTILATERAL'), 'lamoic': ('Ministry of Industry and Commerce, Laos', 'GOVERNMENT'),
    'ice': ('Instituto Costarricense de Electricidad (ICE)', 'COMPANY'), 'lntv': ('Lao National Television (LNTV)', 'PUBLIC_AGENCY'),
    'nast': ('National Authority for Science and Technology, Laos', 'PUBLIC_AGENCY'), 'ukrtelecom': ('Ukrtelecom', 'COMPANY'),
    'telekomsrbija': ('Telekom Srbija', 'COMPANY'), 'xinweikh': ('Xinwei (Cambodia) Telecom Co. Ltd.', 'COMPANY'),
    'tvt': ('Togolese Television (TVT)', 'PUBLIC_AGENCY'), 'baartman': ('Saartjie Baartman Centre for Women and Children', 'NGO'),
    'uzbektelecom': ('Uzbektelecom', 'COMPANY'), 'niue': ('Broadcasting Corporation of Niue', 'PUBLIC_AGENCY'),
    'salelologa': ('Salelologa Primary School', 'ACADEMIC'), 'tmcel': ('TmCel', 'COMPANY'),
    'tvk': ('National Television of Cambodia', 'PUBLIC_AGENCY'), 'dito': ('Dito Telecommunity (DTC)', 'COMPANY'),
}
# Sentences of a description that tell what is built and where: the words with which each begins.
SUMMARIES = {
    '33380': ('The purpose of the project was to establish', 'It involved the construction of'),
    '52654': ('The purpose of this project was to build',),
}
# The stage, where the text of the record says it.
STAGES = {'59801': 'FEASIBILITY', '66154': 'PREFEASIBILITY'}
MULTI_COUNTRY = {'55525': 'TD|SD', '39015': 'PK|CN'}
# The position of the record lies elsewhere, or is the seat of a company whose network covers a country.
NO_POSITION = {'55525', '66154', '96036', '68366', '64617', '56119', '88957', '55898'}
INSTRUMENT_OVERRIDES = {'64617': 'VENDOR_CREDIT', '70272': 'TECHNICAL_ASSISTANCE', '90025': 'TECHNICAL_ASSISTANCE',
                        '57214': 'TECHNICAL_ASSISTANCE', '62637': 'TECHNICAL_ASSISTANCE', '66154': ''}
KEYS = {'73385': 'aiddata-ng-phase-2-of-nigeria-national-information-and-communication-technology-infrastr'}
LEAK = re.compile(r'exim|development bank|\bcdb\b|\bicbc\b|bank of china|huawei|\bzte\b|chinese|(?<!pak-)china|embassy|'
                  r'\bloans?\b|\bgrants?\b|\bcredit|\bfund(?:s|ed|ing)?\b|million|billion|\bUSD\b|\bRMB\b|linked to|sponsor', re.I)

FINANCIERS = [
    (r'exim ?bank|export[- ]import bank', 'China Eximbank', 'bank-china-eximbank', 'INVESTOR', 'EXPORT_CREDIT_AGENCY'),
    (r'china development (?:bank|contributes)|\bcdb\b', 'China Development Bank', 'bank-cdb', 'INVESTOR', 'BILATERAL_DFI'),
    (r'\bicbc\b', 'ICBC', 'bank-icbc', 'INVESTOR', 'COMMERCIAL_BANK'),
    (r'bank of china', 'Bank of China', 'bank-of-china', 'INVESTOR', 'COMMERCIAL_BANK'),
    (r'citic bank', 'China CITIC Bank', 'bank-citic', 'INVESTOR', 'COMMERCIAL_BANK'),
    (r'china merchants bank', 'China Merchants Bank', 'bank-china-merchants', 'INVESTOR', 'COMMERCIAL_BANK'),
    (r'^zte\b', 'ZTE', 'vendor-zte', 'COMPANY', 'VENDOR'),
]
GOVERNMENT_OF_CHINA = ('Government of China', 'government-cn', 'GOVERNMENT', 'BILATERAL_DFI')


def financiers(title):
    found = [f[1:] for f in FINANCIERS if re.search(f[0], title, re.I)]
    if not found and re.search(r'^ ?chin|^mofcom|cidca', title, re.I):
        found = [GOVERNMENT_OF_CHINA]
    return found


def instrument(title):
    t = title.lower()
    if re.search(r'(?:supplier|seller).{0,3}credit|receivables', t):
        return 'VENDOR_CREDIT'
    if re.search(r'\bloans?\b|\bcredit\b', t):
        return 'LOAN'
    return 'GRANT' if re.search(r'\bgrants?\b', t) else ''


ict = {r['project_id'].removeprefix('GCDF-'): r for r in rows('ict_projects.tsv')}


def one_place(record):
    """Whether the position is that of a place and not the middle of a province, a country or a line of towns."""
    return record['coord_src'] == 'title_city' or re.fullmatch(r'PRECISE|ADM(?:[6-9]|10)', record['location_precision'].strip())


def summary(record, starts):
    text = re.sub(r'\s+', ' ', record['description'])
    kept = []
    for start in starts:
        at = text.index(start)
        end = re.search(r'\.(?= [A-Z]|$)', text[at:])
        assert end, (record['project_id'], start)
        kept.append(text[at:at + end.end()])
    return ' '.join(kept)


for line in OPEN.strip().split('\n'):
    ids, name, fields, kind, owner = line.split('|')
    ids = ids.split(',')
    parts = [ict[i] for i in ids]
    first = parts[0]
    assert all(int(p['commitment_year']) >= 2012 and p['country_iso3'] == first['country_iso3'] for p in parts), ids
    iso2 = MULTI_COUNTRY.get(ids[0]) or iso3to2[first['country_iso3']]
    home = iso2.split('|')[0]
    country = countries[home]['name']
    named = name.endswith('!') or country.lower() in name.lower()
    name = name.rstrip('!')
    key = KEYS.get(ids[0]) or f'aiddata-{home.lower()}-{slug(name)}'[:90].rstrip('-')
    title = name if named else f'{name}, {country}'
    text = summary(first, SUMMARIES[ids[0]]) if ids[0] in SUMMARIES else ''
    assert not LEAK.search(title) and not LEAK.search(text), (title, text)
    if owner:
        owner_name, owner_kind = OWNERS[owner]
        owner = organisation('owner-' + slug(owner_name), owner_name, owner_kind, '' if owner == 'au' else home,
                             source=AIDDATA, licence='ODC-BY 1.0')
    else:
        owner = organisation('government-' + home.lower(), f'Government of {country} (digital agency not named)', 'GOVERNMENT',
                             home, source=AIDDATA, licence='ODC-BY 1.0')
    ways = collections.Counter()
    for p in parts:
        way = INSTRUMENT_OVERRIDES.get(ids[0], instrument(p['title']))
        if way:
            ways[way] += float(p['amount_usd_2021'] or 0) or 1
    total = sum(ways.values())
    shares = {w: round(100 * v / total) for w, v in ways.items()}
    if shares:
        shares[max(shares, key=shares.get)] += 100 - sum(shares.values())
    amount = sum(float(p['amount_usd_2021'] or 0) for p in parts)
    paid, seen = [], set()
    for p in parts:
        for f in financiers(p['title']):
            if f[0] not in seen:
                seen.add(f[0])
                paid.append(f[0])
    assert paid, ids
    if ids[0] == '66154':
        paid = []  # a letter of intent about a study, not a financing
    at = next((p for p in parts if p['lat'] and ids[0] not in NO_POSITION and one_place(p)), None)
    city = places.get(at['city_geonames_id']) if at else None
    licence = 'ODC-BY 1.0'
    if at:
        licence += '; position: GeoNames, CC BY 4.0' if at['coord_src'] == 'title_city' else '; position: OpenStreetMap contributors, ODbL 1.0'
    assert key not in projects, key
    projects[key] = dict(
        key=key, title=title, title_lang='en', summary=text, summary_lang='en' if text else '', owner=owner,
        kind={'I': 'INFRASTRUCTURE', 'A': 'APPLICATION'}[kind], lifecycle='PREPARATION', ladder='infrastructure',
        stage=STAGES.get(ids[0], ''), fields=fields.replace(',', '|'),
        gap_amount=money(amount), gap_currency='USD' if amount else '',
        instruments='|'.join(f'{w}:{s}' for w, s in shares.items() if s),
        concessional='yes' if any(re.search(r'concessional|interest-free', p['title'], re.I) for p in parts) else '',
        countries=iso2, city_geonames=at['city_geonames_id'] if city and city['country'] == home and int(at['city_km']) <= 30 else '',
        lat=at['lat'] if at else '', lon=at['lon'] if at else '', state='PUBLISHED', recorded_financier=', '.join(paid),
        recorded_year=min(int(p['commitment_year']) for p in parts), label=REPLAYED, source=AIDDATA, licence=licence,
        source_ref='; '.join(x for x in ('constant USD of 2021' if amount else '',
                                         f"record{'s' if len(ids) > 1 else ''} {', '.join('GCDF-' + i for i in ids)}") if x),
        sample_facts='published|confirmed')

# ---------------------------------------------------------------- past deals of banks: records before 2012
# Record | field | title of the deal. Left out: goods, language and training courses, refinancing, buildings without a network.
PAST = '''
20|CONN_BROADBAND|CDMA WLL Local Telephone Project
63|CONN_BROADBAND|Provincial Fixed-line Telecommunications Expansion and Modernization Project
74|CONN_BROADBAND|6000 lines of the CDMA2000 1X WLL network
91|CONN_BROADBAND|GSM Mobile Telecommunication Network Project
134|CONN_BACKBONE|Phase 1 of National Fiber-Optic Network Backbone Project
201|CONN_BACKBONE|Phase 1 of the Cameroon Fiber Optic Transmission Backbone Project
206|CONN_BROADBAND|Phase 1 of Angola Telecom Network Expansion Project
243|CONN_BACKBONE|Phase I of Fiber Optic Cable Project
382|CONN_BROADBAND|Establishment of Congo-Chine Télécom
386|INCL_CONTENT_AV|Rehabilitation of national radio transmitting center
395|INCL_CONTENT_AV|Radio and Television Center Construction and Equipping Project
421|CONN_BROADBAND|Phase I of the Djibouti Telecommunication Network Expansion and Renovation Project
476|INCL_CONTENT_AV|Malabo Television Center Construction Project
478|INCL_CONTENT_AV|Bata Radio Construction and Equipment Installation Project
715|GOV_OPENDATA|E-Government Project
1144|INCL_CONTENT_AV|Mauritius Broadcasting Corporation (MBC) Headquarters Construction Project
1163|SEC|CCTV Street Surveillance System and Island-Wide Digital Radio Communication System Project
1670|INCL_CONTENT_AV|Renovation and Expansion of Facilities of the Liberia Broadcasting System (LBS)
1712|CONN_SATCOM|NigComSat-1 Communications Satellite Project
1862|SEC|Phase 1 of Dedicated Security Information System Project
1882|DX_EDUCATION|Phase 1 of University of Ghana ICT-Enabled Distance Learning Project
1910|INCL_CONTENT_AV|Zanzibar State Broadcasting and TV Program Rehabilitation Project
2247|INCL_CONTENT_AV|Lusaka and Kitwe Radio Stations Maintenance Project
19149|CONN_BACKBONE|Phase 2 of the National Fiber-Optic Network Backbone Project
20089|INCL_CONTENT_AV|Mauritius Broadcasting Corporation (MBC) Headquarters Construction Project and equipment
20104|INCL_CONTENT_AV|Mauritius Broadcasting Corporation (MBC) Headquarters Construction Project
20881|INCL_CONTENT_AV|Mauritius Broadcasting Corporation (MBC) Headquarters Construction Project
21229|INCL_CONTENT_AV|Mauritius Broadcasting Corporation (MBC) Headquarters Construction Project
23142|CONN_BACKBONE|Phase I of Tanzania National Fiber Optic Backbone Project
23150|CONN_BACKBONE|Phase II of Tanzania National Fiber Optic Backbone Project
32102|CONN_BROADBAND|CDMA Mobile Communication Network Project
32146|CONN_BACKBONE|Cambodia Section of the Greater Mekong Sub-region (GMS) Information Superhighway Project
34308|CONN_BROADBAND|Network equipment of Axiata (Bangladesh)
34344|INCL_CONTENT_AV|Studio building and transmission tower for Nepal Television
34852|INCL_CONTENT_AV|Angolan Public Television (TPV) Center Construction and Equipping Project
34917|CONN_BROADBAND|Next Generation Network Project in Bengo, Bie, Kwanza-Norte, Kwanza-Sul, Luanda, Malange and Moxico
34918|CONN_BROADBAND|Next Generation Network Construction Project in Benguela, Kwanza Norte, Cunene, Huambo, Uige and Zaire
34919|CONN_BROADBAND|Next Generation Network Construction Project in Huambo, Bie, Huila and Luanda
34920|CONN_BROADBAND|New Generation Network Construction Project in Bie, Huambo, Huila and Luanda
35635|GOV_OPENDATA|Phase 1 of E-Government Platform Project
35826|CONN_BACKBONE|Myanmar Section of Greater Mekong Subregion (GMS) Information Superhighway Network Project
35922|CONN_SATCOM|Túpac Katari (TKSAT-1) Communications Satellite
36953|CONN_SATCOM|Paksat-1R Ground Control Station Project
37016|SEC|Safe City Islamabad Project
37346|DX_EDUCATION|Technology lab at the University of Chile
40151|CONN_BROADBAND|Telecommunications equipment in Kazakhstan
40237|CONN_BROADBAND|Network equipment of Kazakhtelecom
40332|CONN_BROADBAND|Phase 2 of Telecommunications Equipment Acquisition Project
40508|CONN_BROADBAND|Telecommunications equipment through Vneshtorgbank
42133|CONN_BROADBAND|Belarusian Telecommunications Network (BeST) Construction and Equipment Supply Project
42654|CONN_BROADBAND|Reliance Communications (Facility I)
42659|CONN_BACKBONE|Kathmandu-Khasa Optical Fibre Cable Laying Project
43258|CONN_BROADBAND|Belarusian Telecommunications Network (BeST) Construction and Equipment Supply Project
43298|CONN_SATCOM|Paksat-1R Satellite System Project
53292|CONN_BACKBONE|National Fiber Optic Backbone Transmission Network Project
54348|CONN_BROADBAND|Reliance Communications (Facility II)
54349|CONN_BROADBAND|Reliance Communications (Facility III)
54350|CONN_BROADBAND|Reliance Communications (Facility IV)
55509|GOV_OPENDATA|Phase 1 of E-Governance Project
56033|GOV_OPENDATA|E-Government Project
56363|INCL_CONTENT_AV|TV Broadcasting Center Capacity Building Project
56646|CONN_BROADBAND|Information Communication Technology Project
57477|CONN_BROADBAND|Phase 1 of National Telecommunication Coverage Project
57558|INCL_CONTENT_AV|Radio and Television Broadcasting Project
57637|CONN_BACKBONE|Vodafone Ghana Fiber Optic Network Expansion Project
57778|CONN_BROADBAND|Phase 3 of Telecommunications Equipment Acquisition Project
58382|GOV_OPENDATA|Phase 1 of E-Government Project
58511|GOV_OPENDATA|Phase 2 of E-Government Platform Project
59394|CONN_BROADBAND|Network equipment of Telemar Norte Leste
60227|INCL_CONTENT_AV|Rehabilitation of the Zanzibar Broadcasting Company
60413|INCL_CONTENT_AV|Gabonese Radio and Television Channel (RTG 1) Building Construction Project
62343|CONN_BROADBAND|CamGSM, syndicated loan facility
62639|INCL_CONTENT_AV|Bata Radio Station Maintenance Project
62976|CONN_BROADBAND|National Telecommunication Network Upgrade Project
63020|CONN_BROADBAND|Phase 2 3G Expansion and Phase 8A NCR and South Luzon BSS Expansion Project
63023|CONN_BROADBAND|Phase 8A Expansion, 8B Core and Intelligent Network Expansion and Phase 3 3G Expansion Project
63414|CONN_BROADBAND|Seikena Tower Construction Project
63984|INCL_CONTENT_AV|Vientiane Radio Station and Transmission Tower Construction Project
64346|INCL_CONTENT_AV|National Radio and Television Broadcasting Center Construction Project
64693|INCL_CONTENT_AV|Lao National Television (LNTV) Channel 3 Construction Project
64794|GOV_OPENDATA|National Information Technology Center
66233|SEC|Chisinau Road Surveillance System Installation Project
66571|CONN_BROADBAND|Network modernization of Beltelecom
66849|CONN_BROADBAND|Network equipment of MegaFon
66854|CONN_BROADBAND|Network equipment of MegaFon (I)
66916|CONN_BROADBAND|Network equipment of MegaFon (II)
66917|CONN_BROADBAND|Network equipment of MegaFon (III)
66936|CONN_BROADBAND|Network equipment of MegaFon (IV)
66953|CONN_BROADBAND|Network equipment of MegaFon (V)
66939|CONN_BROADBAND|Network equipment of MegaFon (VI)
66954|CONN_BROADBAND|Network equipment of MegaFon (VII)
67015|CONN_BROADBAND|Network equipment of Telekom Srbija
67214|CONN_BROADBAND|IP telephone system of Serbia's Ministry of Interior
67494|GOV_OPENDATA|Telecommunications and E-Government Network projects
69355|CONN_BROADBAND|Modernization of Turkmenistan's telecommunications network
70862|CONN_BROADBAND|Kazakhtelecom joint venture
70878|CONN_BACKBONE|Osh-Irkeshtam Fiber Optic Network Construction Project
70881|CONN_BACKBONE|Osh-Irkeshtam Fiber Optic Network Construction Project, second loan
70884|CONN_BACKBONE|Osh-Irkeshtam Fiber Optic Network Construction Project, third loan
72801|CONN_BACKBONE|Vodafone Ghana Fiber Optic Network Expansion Project
72965|SEC|CCTV Street Surveillance System and Island-Wide Digital Radio Communication System Project
72993|SEC|CCTV Street Surveillance System and Island-Wide Digital Radio Communication System Project
73070|CONN_BROADBAND|Presidential Palace Local Area Network (LAN) Project
73180|CONN_BROADBAND|Phase 2 of Gabonese Administration Network (RAG) Project
73308|CONN_BROADBAND|GSM System Expansion Project
73895|INCL_CONTENT_AV|National Radio and Television Broadcasting Center Repair Project
88006|DX_EDUCATION|Video conference system of Ethiopia's Ministry of Education
88175|CONN_BROADBAND|Phase 1 of Telecommunications Equipment Acquisition Project
88176|CONN_BROADBAND|Phase 1 of Telecommunications Equipment Acquisition Project
91491|CONN_BROADBAND|Eagle Mobile project
95662|CONN_BROADBAND|Network of Orange RDC
'''
SHARED = {'20', '62343'}  # the amount is that of several financiers together
for line in PAST.strip().split('\n'):
    i, field, title = line.split('|')
    r = ict[i]
    year = int(r['commitment_year'])
    assert 2000 <= year < 2012, i
    way = instrument(r['title'])
    paid = financiers(r['title'])
    assert paid, r['title']
    for name, key, kind, investor_type in paid:
        organisation(key, name, kind, 'CN', investor_type, 'V1', source=AIDDATA, licence='ODC-BY 1.0')
        amount = money(r['amount_usd_2021'])
        deals.append(dict(
            organisation=key, date=f'{year}-07-01', title=title, field=field, country=iso3to2[r['country_iso3']], ladder='infrastructure',
            amount='' if i in SHARED else amount, round_amount=amount if i in SHARED else '', currency='USD' if amount else '',
            instrument=way, source=f"{AIDDATA}, record GCDF-{i}; year known only; constant USD of 2021"))
for p in projects.values():  # those that financed a replayed project but nothing before are institutions too
    for f in [x[1:] for x in FINANCIERS] + [GOVERNMENT_OF_CHINA]:
        if f[0] in p['recorded_financier'].split(', '):
            organisation(f[1], f[0], f[2], 'CN', f[3], 'V1', source=AIDDATA, licence='ODC-BY 1.0')
bank_deals = collections.defaultdict(list)
for d in deals:
    bank_deals[d['organisation']].append(d)


def many(n, enough=8):
    return 'hard' if n >= enough else 'soft'


for key, mine in sorted(bank_deals.items()):
    if len(mine) < 2:
        continue
    n, name = len(mine), organisations[key]['name']
    f = collections.Counter(d['field'] for d in mine)
    lands = collections.Counter(d['country'] for d in mine)
    regions = collections.Counter(countries[d['country']]['subregion'] for d in mine)
    own = [float(d['amount']) for d in mine if d['amount']]
    amounts = own or [float(d['round_amount']) for d in mine if d['round_amount']]
    ways = collections.Counter(d['instrument'] for d in mine if d['instrument'])
    with_way = sum(ways.values())
    span = f"{min(d['date'] for d in mine)[:4]}-{max(d['date'] for d in mine)[:4]}"
    wide = len(amounts) >= 5
    if len(amounts) < 2:  # one amount is no range
        amounts = []
    low, high = (percentile(amounts, 1), percentile(amounts, 9)) if wide else (min(amounts), max(amounts)) if amounts else (0, 0)
    ticket = f"{'10th to 90th percentile' if wide else 'least to largest'} of {len(amounts)} {'amounts' if own else 'whole loans, an upper bound,'} in USD of 2021" if amounts else 'ticket unknown'
    mandates.append(dict(
        key='mandate-' + key, organisation=key, name=f'{name}: inferred ICT mandate', version=1,
        fields='|'.join(f'{k}:{max(1, round(100 * v / n))}' for k, v in f.most_common() if 20 * v >= n), fields_term=many(n),
        kinds='INFRASTRUCTURE|APPLICATION', countries='|'.join(sorted(k for k, v in lands.items() if v >= 2)) if n >= 8 else '|'.join(sorted(lands)),
        regions='|'.join(k for k, v in regions.most_common() if 20 * v >= n) if n >= 8 else '', **{'global': 'yes' if n >= 8 else ''}, place_term='soft',
        ticket_min=money(low), ticket_max=money(high), currency='USD' if amounts else '', ticket_term=many(len(own)),
        ladder='infrastructure', instruments='|'.join(k for k, v in ways.most_common() if 10 * v >= with_way), instrument_term=many(with_way),
        inferred='yes', basis=f'{n} ICT records {span}; ticket: {ticket}; instruments: {with_way} titles that name one', label=INFERRED,
        source=AIDDATA, licence='ODC-BY 1.0'))

# ---------------------------------------------------------------- ventures and funds
DIGITAL = set('software web mobile enterprise advertising ecommerce games_video hardware analytics health network_hosting finance '
              'education social security search messaging news music travel photo_video transportation semiconductor'.split())
# Only where the category says the field; all others are start-ups and no more.
CATEGORY = dict(education='DX_EDUCATION', health='DX_HEALTH', ecommerce='CITY_TRADESERVICES', games_video='SVC_CREATIVE',
                music='INCL_CONTENT_MUSIC', photo_video='INCL_CONTENT_AV', security='SEC', network_hosting='CONN_DATACENTRE',
                travel='SVC_TOURISM')
PLAIN = set('software web mobile enterprise analytics social search messaging finance'.split())  # listed as STARTUP:100
STAGE = {'angel': 'SEED', 'series-a': 'SERIES_A', 'series-b': 'SERIES_B', 'series-c+': 'GROWTH'}
# Institutions chosen by reading the list of the most frequent investors; whoever may be a natural person is left out.
FUNDS = '''
New Enterprise Associates|SV Angel|Kleiner Perkins Caufield & Byers|Sequoia Capital|Draper Fisher Jurvetson (DFJ)|Intel Capital|
Accel Partners|First Round Capital|Benchmark|Greylock Partners|Y Combinator|Menlo Ventures|Bessemer Venture Partners|
US Venture Partners|Venrock|Lightspeed Venture Partners|Techstars|500 Startups|Redpoint Ventures|Polaris Partners|
Charles River Ventures|Canaan Partners|General Catalyst Partners|Battery Ventures|Sigma Partners|North Bridge Venture Partners|
Khosla Ventures|True Ventures|Highland Capital Partners|RRE Ventures|Norwest Venture Partners|Foundation Capital|Mayfield Fund|
Austin Ventures|Mohr Davidow Ventures|Andreessen Horowitz|Google Ventures|Matrix Partners|Trinity Ventures|DAG Ventures|
InterWest Partners|Index Ventures|Oak Investment Partners|Ignition Partners|Founder Collective|Felicis Ventures|Shasta Ventures|
Atlas Venture|SoftTech VC|Morgenthaler Ventures|Goldman Sachs|FLOODGATE|Lerer Ventures|Globespan Capital Partners|DCM|
Crosslink Capital|Madrona Venture Group|Foundry Group|SoftBank Capital|Bay Partners|VantagePoint Capital Partners|Spark Capital|
August Capital|Founders Fund|Greycroft Partners|Sutter Hill Ventures|Union Square Ventures|Alloy Ventures|Bain Capital Ventures|
Trident Capital|Advanced Technology Ventures|Baseline Ventures|Flybridge Capital Partners|Jafco Ventures|Sierra Ventures|
Hummer Winblad Venture Partners|Storm Ventures|betaworks|Scale Venture Partners|Sevin Rosen Funds|Columbia Capital|
Granite Ventures|Rho Capital Partners|Edison Ventures|BlueRun Ventures|FirstMark Capital|Investor Growth Capital|CrunchFund|
Institutional Venture Partners|ATA Ventures|Silicon Valley Bank|Emergence Capital Partners|Novak Biddle Venture Partners|
ONSET Ventures|Avalon Ventures|Adams Street Partners|Motorola Solutions Venture Capital|Valhalla Partners|Cisco|
OVP Venture Partners|SAP Ventures|Village Ventures|Rustic Canyon Partners|Tech Coast Angels|CommonAngels|Qualcomm Ventures|
Azure Capital Partners|Clearstone Venture Partners|Lightbank|Meritech Capital Partners|Comcast Ventures|Carmel Ventures|
Omidyar Network|IA Ventures|Steamboat Ventures|Hearst Ventures|Rock Health
'''
FUNDS = [x for x in FUNDS.replace('\n', '').split('|') if x]
KIND = {'Intel Capital': 'CORPORATE_STRATEGIC', 'Google Ventures': 'CORPORATE_STRATEGIC', 'Motorola Solutions Venture Capital': 'CORPORATE_STRATEGIC',
        'Cisco': 'CORPORATE_STRATEGIC', 'SAP Ventures': 'CORPORATE_STRATEGIC', 'Qualcomm Ventures': 'CORPORATE_STRATEGIC',
        'Comcast Ventures': 'CORPORATE_STRATEGIC', 'Hearst Ventures': 'CORPORATE_STRATEGIC', 'Steamboat Ventures': 'CORPORATE_STRATEGIC',
        'Goldman Sachs': 'COMMERCIAL_BANK', 'Silicon Valley Bank': 'COMMERCIAL_BANK', 'Tech Coast Angels': 'ANGEL_NETWORK',
        'CommonAngels': 'ANGEL_NETWORK', 'Omidyar Network': 'SOCIAL_FUND'}
assert len(set(FUNDS)) == len(FUNDS)
companies = {r['company_id']: r for r in rows('ccby_companies.tsv.gz')}
digital = {cid for cid, c in companies.items() if c['category_code'] in DIGITAL}
fund_deals, round_funds = collections.defaultdict(list), collections.defaultdict(list)
for r in rows('ccby_deals.tsv.gz'):
    if r['investor_name'] in set(FUNDS) and r['company_id'] in digital and r['funded_when'] < '2013':
        fund_deals[r['investor_name']].append(r)
        round_funds[r['company_id'], r['funded_when']].append(r['investor_name'])
us_cities = {}
for r in places.values():
    if r['country'] == 'US':
        k = (plain(r['name']), r['admin1'])
        if k not in us_cities or int(r['population'] or 0) > int(us_cities[k]['population'] or 0):
            us_cities[k] = r
last = {}
for r in rows('ccby_rounds.tsv.gz'):
    if r['date'] < '2013' and (r['company_id'] not in last or r['date'] > last[r['company_id']]['date']):
        last[r['company_id']] = r
NOT_DIGITAL = {'surf-air', 'blueseed', 'inspirato'}  # an airline, a ship, a club: read by hand
pools = collections.defaultdict(list)
for cid, r in last.items():
    c = companies.get(cid)
    if not c or c['category_code'] not in PLAIN | set(CATEGORY) or r['date'] < '2011' or cid in NOT_DIGITAL:
        continue
    if not r['amount_usd'] or not 250_000 <= float(r['amount_usd']) <= 60_000_000 or r['round_type'] not in set(STAGE) | {'venture'}:
        continue
    # A company that still looked for its first rounds, in a known city, with at least one institution of the list in the round.
    if not '2004' <= c['founded_at'][:4] <= '2012' or (plain(c['city']), c['state_code']) not in us_cities or not round_funds[cid, r['date']]:
        continue
    pools[CATEGORY.get(c['category_code'], 'STARTUP')].append((hashlib.sha256(cid.encode()).hexdigest(), cid, r))
QUOTA = dict(STARTUP=30, CITY_TRADESERVICES=14, DX_HEALTH=13, DX_EDUCATION=13, SVC_CREATIVE=12, SEC=12, CONN_DATACENTRE=8,
             SVC_TOURISM=8, INCL_CONTENT_MUSIC=6, INCL_CONTENT_AV=6)
replayed = {}
for field, pool in sorted(pools.items()):
    for _, cid, r in sorted(pool)[:QUOTA[field]]:
        c, place = companies[cid], us_cities[plain(companies[cid]['city']), companies[cid]['state_code']]
        replayed[cid] = r['date']
        owner = organisation('venture-' + cid, c['name'], 'COMPANY', 'US', city_geonames=place['geoname_id'], source=CRUNCHBASE, licence='CC BY')
        projects['cb-' + cid] = dict(
            key='cb-' + cid, title=c['name'], title_lang='en', owner=owner, kind='STARTUP_VENTURE', ladder='venture', stage=STAGE.get(r['round_type'], ''),
            fields='STARTUP:100' if field == 'STARTUP' else f'STARTUP:50|{field}:50', gap_amount=money(r['amount_usd']), gap_currency='USD',
            instruments='SHARES_UNLISTED:100', countries='US', city_geonames=place['geoname_id'], lat=place['latitude'], lon=place['longitude'],
            state='PUBLISHED', recorded_financier=', '.join(sorted(set(round_funds[cid, r['date']]))), recorded_year=r['date'][:4], label=REPLAYED,
            source=CRUNCHBASE, licence='CC BY; position: GeoNames, CC BY 4.0', source_ref=f"company {cid}, round of {r['date']} ({r['round_type']})",
            sample_facts='published|confirmed')

def past(name):
    return [r for r in fund_deals[name] if r['funded_when'] < replayed.get(r['company_id'], '9')]


def field_counts(records):
    fields = (CATEGORY.get(companies[r['company_id']]['category_code']) for r in records)
    return collections.Counter(x for x in fields if x)


everyone = [r for name in FUNDS for r in past(name)]
usual = {k: v / len(everyone) for k, v in field_counts(everyone).items()}
for name in FUNDS:
    # The round that is replayed as an ask is not among the past deals, or the listing would tell its own outcome.
    mine = sorted(past(name), key=lambda r: (r['funded_when'], r['company_id']))
    key, n = 'fund-' + slug(name), len(mine)
    assert n >= 8, name
    organisation(key, name, 'INVESTOR', '', KIND.get(name, 'COMMERCIAL_EQUITY_FUND'), 'V1', source=CRUNCHBASE, licence='CC BY')
    # All are start-ups. Another field weighs 50 where the fund went into it as often as the funds together, 100 at twice as often.
    f = {k: min(100, round(50 * v / n / usual[k])) for k, v in field_counts(mine).most_common() if v >= 3 and 100 * v >= 3 * n}
    s = collections.Counter(STAGE[r['round_type']] for r in mine if r['round_type'] in STAGE)
    staged = sum(s.values())
    a = [float(r['round_amount_usd']) for r in mine if r['round_amount_usd']]
    for r in mine[-60:]:
        stage = STAGE.get(r['round_type'], '')
        deals.append(dict(
            organisation=key, date=r['funded_when'], title=companies[r['company_id']]['name'], field=CATEGORY.get(companies[r['company_id']]['category_code'], 'STARTUP'),
            country='US', ladder='venture', stage=stage, currency='USD' if r['round_amount_usd'] else '', instrument='SHARES_UNLISTED',
            round_amount=money(r['round_amount_usd']), source=CRUNCHBASE))
    mandates.append(dict(
        key='mandate-' + key, organisation=key, name=f'{name}: inferred mandate', version=1,
        fields='|'.join(['STARTUP:100'] + [f'{k}:{v}' for k, v in sorted(f.items(), key=lambda x: (-x[1], x[0]))]), fields_term=many(n, 20),
        kinds='STARTUP_VENTURE', countries='US', place_term='soft', ticket_min=money(percentile(a, 1)), ticket_max=money(percentile(a, 9)), currency='USD', ticket_term='soft',
        ladder='venture', stages='|'.join(k for k in ('SEED', 'SERIES_A', 'SERIES_B', 'GROWTH') if 10 * s[k] >= staged), stage_term=many(staged, 20),
        instruments='SHARES_UNLISTED', instrument_term='hard', inferred='yes',
        basis=f"{n} deals {mine[0]['funded_when'][:4]}-2012; fields: 50 is as often as {len(FUNDS)} funds together; place: the source has companies of the US only; ticket: 10th to 90th percentile of {len(a)} "
              f'whole rounds, an upper bound of the own share; stages: those of at least a tenth of {staged}',
        label=INFERRED, source=CRUNCHBASE, licence='CC BY'))

# ---------------------------------------------------------------- fictional personas
organisation('demo-silk-road-fund', 'Blue Caravan Development Fund (fictional)', 'INVESTOR', 'RS', 'BILATERAL_DFI', 'V3', FICTION, city_geonames='792680',
             presence_countries='RS|KE|TH|LA', languages='en|sr', help_offered='TECHNICAL_ASSISTANCE|STANDARDS', reply_rate_pct='92', median_reply_days='4',
             closed_deals='7', pledged_deals='9', beneficial_owners='Republic of Utopia (fictional)')
organisation('demo-social-fund', 'Open Classroom Social Fund (fictional)', 'INVESTOR', 'TH', 'SOCIAL_FUND', 'V2', FICTION, city_geonames='1609350',
             presence_countries='TH|LA|KH', languages='en|th', help_offered='TRAINING|TECHNICAL_ASSISTANCE', reply_rate_pct='80', median_reply_days='6',
             beneficial_owners='Members of the Open Classroom Society (fictional)')
organisation('demo-backbone-bank', 'Meridian Backbone Bank (fictional)', 'INVESTOR', 'AE', 'MULTILATERAL_BANK', 'V4', FICTION, city_geonames='292223',
             presence_countries='AE|KE|PK|NG', languages='en|ar', help_offered='TECHNICAL_ASSISTANCE|POLICY', reply_rate_pct='88', median_reply_days='9',
             closed_deals='21', pledged_deals='30', beneficial_owners='Member states (fictional)')
organisation('demo-owner', 'Drina Valley Fibre Company (fictional)', 'COMPANY', 'RS', '', 'V3', FICTION, city_geonames='792680', languages='sr|en',
             beneficial_owners='Drina Valley Municipalities (fictional)')
organisation('demo-city-office-novi-sad', 'International Office, Novi Sad (fictional)', 'CITY_OFFICE', 'RS', '', 'V2', FICTION, city_geonames='3194360')
organisation('demo-city-office-chiang-mai', 'International Office, Chiang Mai (fictional)', 'CITY_OFFICE', 'TH', '', 'V2', FICTION, city_geonames='1153671')
organisation('demo-observer', 'Observatory for Digital Cooperation (fictional)', 'MULTILATERAL', 'RS', '', 'V4', FICTION)
for key in organisations:
    if key.startswith('demo-'):
        organisations[key]['claimed'] = 'yes'
mandates += [
    dict(key='demo-mandate-rural', organisation='demo-silk-road-fund', name='Rural fibre and broadband (fictional)', version=1,
         fields='CONN_BROADBAND:100|INCL_RURAL:100|CONN_BACKBONE:70', fields_term='hard', generalist='no', excluded_fields='SEC',
         kinds='INFRASTRUCTURE|APPLICATION', countries='RS|KE|LA|TH', regions='Southeast Europe|Eastern Africa|South-Eastern Asia|Western Africa|Southern Asia',
         place_term='soft', excluded_contracts='FULL_DIVESTITURE', ticket_min='5000000', ticket_max='150000000', currency='EUR', ticket_term='hard',
         ladder='infrastructure', stages='FEASIBILITY|STRUCTURING|PROCUREMENT', stage_term='soft', instruments='LOAN|GUARANTEE|SHARES_UNLISTED', instrument_term='hard',
         target_return_pct='7', max_tenor_months='180', min_stake_pct='10', sdg_targets='9.c|9.1|10.2', articles='1|9', inferred='no', label=FICTIONAL_MANDATE),
    dict(key='demo-mandate-schools', organisation='demo-social-fund', name='Schools and learning online (fictional)', version=1,
         fields='INCL_SCHOOL:100|DX_EDUCATION:80|SKILLS_PUBLIC:60', fields_term='soft', generalist='no', kinds='INFRASTRUCTURE|APPLICATION|TRAINING_PROGRAMME',
         regions='South-Eastern Asia|Eastern Africa|Western Africa|Middle Africa', **{'global': 'yes'}, place_term='soft',
         ticket_min='100000', ticket_max='60000000', currency='USD', ticket_term='soft', ladder='infrastructure',
         stages='CONCEPT|PREFEASIBILITY|FEASIBILITY|STRUCTURING', stage_term='soft', instruments='GRANT|LOAN|TECHNICAL_ASSISTANCE', instrument_term='hard',
         target_return_pct='2', max_tenor_months='240', min_stake_pct='0', sdg_targets='4.a|4.4', articles='6|9', inferred='no', label=FICTIONAL_MANDATE),
    dict(key='demo-mandate-backbone', organisation='demo-backbone-bank', name='Backbones and data centres (fictional)', version=1,
         fields='CONN_BACKBONE:100|CONN_DATACENTRE:90|CONN_SATCOM:60', fields_term='hard', generalist='no', excluded_fields='SEC', kinds='INFRASTRUCTURE',
         regions='Eastern Africa|Western Africa|Middle Africa|Southern Asia|South-Eastern Asia|Central Asia|Western Asia', **{'global': 'yes'}, place_term='soft',
         ticket_min='20000000', ticket_max='400000000', currency='USD', ticket_term='hard', ladder='infrastructure',
         stages='FEASIBILITY|STRUCTURING|PROCUREMENT|PREFERRED_BIDDER', stage_term='soft', instruments='LOAN|BOND|GUARANTEE', instrument_term='hard',
         target_return_pct='6.5', max_tenor_months='240', min_stake_pct='0', sdg_targets='9.1|9.c', articles='1', inferred='no', label=FICTIONAL_MANDATE),
]
projects['demo-rural-fibre'] = dict(
    key='demo-rural-fibre', title='Rural fibre of the Drina valley (fictional)', title_lang='en',
    summary='Open-access fibre to 214 villages of the Drina valley; fictional listing that shows the full form.', summary_lang='en',
    owner='demo-owner', kind='INFRASTRUCTURE', lifecycle='PREPARATION', ladder='infrastructure', stage='FEASIBILITY', fields='CONN_BROADBAND:70|INCL_RURAL:30',
    contract='DBFOM', public_authority='Drina Valley Municipalities (fictional)', gap_amount='42000000', gap_currency='EUR', min_slice_amount='10000000',
    instruments='LOAN:75|GRANT:25', concessional='yes', return_pct='6.5', tenor_months='180',
    readiness='NEEDS_ASSESSMENT=report of 2025|DEMAND_STUDY=survey of 2026|FEASIBILITY_STUDY=study of 2026|TECHNICAL_DESIGN=draft design|FINANCIAL_MODEL=|'
              'ENVIRONMENTAL_ASSESSMENT=scoping report|!SOCIAL_ASSESSMENT',
    flags='DEMAND_UNVERIFIED', entry_price_pct_gni='1.6', population_newly_served='61000', schools_connected='48', countries='RS',
    lat='43.97', lon='19.56', languages='sr|en', help_wanted='TECHNICAL_ASSISTANCE|STANDARDS', state='PUBLISHED',
    label='fictional listing for the demo', sample_facts='published|confirmed')

# Fits the needs of both demo offices and the mandate of the demo's investor, so that a triad closes.
projects['demo-city-sensors'] = dict(
    key='demo-city-sensors', title='Fibre and open sensors for two cities (fictional)', title_lang='en',
    summary='Fibre to street cabinets and one open platform for air, water and street sensors in a city of Serbia and one of Thailand; fictional '
            'listing that two cities share.', summary_lang='en',
    owner='demo-owner', kind='INFRASTRUCTURE', lifecycle='PREPARATION', ladder='infrastructure', stage='FEASIBILITY',
    fields='CITY_SMART:40|CITY_IOT:30|CONN_BROADBAND:30', contract='DBFOM', public_authority='Two City Administrations (fictional)',
    gap_amount='18000000', gap_currency='EUR', min_slice_amount='5000000', instruments='LOAN:80|GRANT:20', concessional='yes', return_pct='7', tenor_months='120',
    readiness='NEEDS_ASSESSMENT=report of 2026|DEMAND_STUDY=survey of 2026|FEASIBILITY_STUDY=study of 2026|FINANCIAL_MODEL=model of 2026|'
              'ENVIRONMENTAL_ASSESSMENT=scoping report',
    population_newly_served='340000', countries='RS|TH', languages='sr|en|th', help_wanted='TECHNICAL_ASSISTANCE|STANDARDS', state='PUBLISHED',
    label='fictional listing for the demo', sample_facts='published|confirmed')

unused = {k for k in organisations} - {p['owner'] for p in projects.values()} - {d['organisation'] for d in deals} - {k for k in organisations if k.startswith('demo-')}
assert all(organisations[k]['investor_type'] for k in unused), unused
write('organisations.tsv', 'key name kind country city_geonames investor_type verification verification_at screening screening_at active claimed sample_facts '
      'presence_countries languages help_offered reply_rate_pct median_reply_days closed_deals pledged_deals beneficial_owners label source licence',
      [organisations[k] for k in sorted(organisations)])
write('deals.tsv.gz', 'organisation date title field country ladder stage amount currency instrument round_amount source',
      sorted(deals, key=lambda d: (d['organisation'], d['date'], d['title'], d['source'])))
write('projects.tsv', 'key title title_lang summary summary_lang owner kind lifecycle ladder stage fields contract public_authority gap_amount gap_currency '
      'min_slice_amount instruments concessional return_pct tenor_months readiness flags entry_price_pct_gni population_newly_served schools_connected '
      'women_share_pct countries city_geonames lat lon languages excluded_investors help_wanted deadline published_at confirmed_at state recorded_financier '
      'recorded_year label source licence source_ref sample_facts', [projects[k] for k in sorted(projects)])
write('mandates.tsv', 'key organisation name version fields fields_term generalist excluded_fields kinds countries regions global place_term excluded_countries '
      'excluded_contracts ticket_min ticket_max currency ticket_term ladder stages stage_term instruments instrument_term target_return_pct max_tenor_months '
      'min_stake_pct sdg_targets articles inferred basis label source licence', sorted(mandates, key=lambda m: m['key']))

# ---------------------------------------------------------------- cities
# GeoNames id: needs | offers | commitment (b budget line, c coordinator, p first-year plan) | focus of the area. Samples, not facts.
SAMPLES = {line.split('|')[0]: line.split('|')[2:] for line in '''
792680|Belgrade|CITY_SMART:3 HEALTH_REMOTE:2 CITY_AI:2 DX_URBAN:1|GOV_OPENDATA:3 DX_EDUCATION:2 SVC_CREATIVE:2|bc|SMART_CITY AI
3194360|Novi Sad|CITY_IOT:3 CITY_SMART:3 SVC_TOURISM:2 CITY_TRADESERVICES:1|SVC_CREATIVE:3 DX_AGRI:3 CITY_PEOPLE:2|bcp|SMART_CITY IOT
787657|Niš|DX_MANUFACTURING:3 SKILLS_WORKPLACE:2 CITY_INTERNETPLUS:1|SKILLS_PROGRAMME:2 RESEARCH:2 CITY_PEOPLE:1|c|INTERNET_PLUS
745044|Istanbul|CITY_SMART:3 SVC_LOGISTICS:3 SEC:2|SVC_TOURISM:3 CITY_TRADESERVICES:3 SVC_PAYMENT:2|bcp|SMART_CITY ECOMMERCE
323786|Ankara|CITY_AI:3 GOV_OPENDATA:2 HEALTH_REMOTE:2|SEC:3 RESEARCH:2 DX_EDUCATION:2|bc|AI REMOTE_HEALTHCARE
311046|İzmir|CITY_TRADESERVICES:3 DX_AGRI_DISTRIBUTION:2 SVC_TOURISM:2|DX_AGRI:3 SVC_LOGISTICS:2 CITY_PEOPLE:2|b|ECOMMERCE
750269|Bursa|DX_MANUFACTURING:2 CITY_IOT:3 SEC:1|DX_MANUFACTURING:3 SVC_LOGISTICS:2 SKILLS_WORKPLACE:2 CITY_PEOPLE:1|bc|IOT INTERNET_PLUS
1609350|Bangkok|CITY_SMART:3 DX_URBAN:2 CITY_AI:2 DX_ENVIRONMENT:1|SVC_TOURISM:3 SVC_PAYMENT:3 HEALTH_REMOTE:2|bcp|SMART_CITY ECOMMERCE
1153671|Chiang Mai|DX_ENVIRONMENT:3 CITY_SMART:2 SVC_CREATIVE:2 CITY_IOT:1|SVC_TOURISM:3 CITY_PEOPLE:3 DX_AGRI:2 DX_AGRI_DISTRIBUTION:2|bc|SMART_CITY
1609776|Khon Kaen|HEALTH_REMOTE:3 CITY_SMART:3 SKILLS_PUBLIC:2|DX_URBAN:2 RESEARCH:2 DX_HEALTH:2|bcp|REMOTE_HEALTHCARE SMART_CITY
1151254|Phuket|SVC_TOURISM:3 CITY_IOT:2 SVC_PAYMENT:1|SVC_TOURISM:3 CITY_SMART:2 CITY_PEOPLE:2|c|SMART_CITY IOT
1651944|Vientiane|CONN_BROADBAND:3 SKILLS_PUBLIC:3 GOV_OPENDATA:2 HEALTH_REMOTE:2|CITY_PEOPLE:2 SVC_TOURISM:2 DX_AGRI:1|c|INFORMATION_INFRASTRUCTURE
1655559|Luang Prabang|SVC_TOURISM:3 CONN_BROADBAND:2 SKILLS_PUBLIC:2|CITY_PEOPLE:3 SVC_CREATIVE:2 SVC_TOURISM:2|c|INFORMATION_INFRASTRUCTURE ECOMMERCE
1653316|Savannakhet|SVC_LOGISTICS:3 ECOM_CUSTOMS:3 CONN_BACKBONE:2|SVC_LOGISTICS:2 CITY_TRADESERVICES:2 CITY_PEOPLE:1||ECOMMERCE
108410|Riyadh|CITY_AI:3 DX_URBAN:3 SVC_CREATIVE:2|CONN_DATACENTRE:3 SVC_PAYMENT:2 CITY_SMART:2|bcp|AI SMART_CITY
105343|Jeddah|SVC_LOGISTICS:3 SVC_TOURISM:2 CITY_TRADESERVICES:2|CONN_BACKBONE:3 CITY_TRADESERVICES:2 CITY_PEOPLE:2|bc|ECOMMERCE IOT
110336|Dammam|DX_MANUFACTURING:3 CITY_IOT:3 SKILLS_WORKPLACE:2|SVC_LOGISTICS:3 CONN_DATACENTRE:2 RESEARCH:1|b|IOT
109223|Madinah (Medina)|SVC_TOURISM:3 CITY_SMART:3 HEALTH_REMOTE:2|CITY_PEOPLE:3 CITY_IOT:2 SVC_SHARING:1|bc|SMART_CITY
292223|Dubai|SVC_CREATIVE:3 CITY_AI:3 RESEARCH:2|CITY_SMART:3 SVC_LOGISTICS:3 CITY_TRADESERVICES:3 SVC_PAYMENT:2|bcp|AI SMART_CITY ECOMMERCE
292968|Abu Dhabi|DX_ENVIRONMENT:3 CITY_AI:2 DX_EDUCATION:2|CITY_AI:3 SEC:3 CONN_DATACENTRE:2|bcp|AI
292672|Sharjah|INCL_CONTENT_LITERATURE:3 DX_EDUCATION:2 CITY_IOT:1|INCL_CONTENT_LITERATURE:3 CITY_PEOPLE:3 INCL_CONTENT_KNOWLEDGE:2 MSME:2|bc|IOT ECOMMERCE
1808926|Hangzhou|SVC_CREATIVE:3 SVC_TOURISM:2 CITY_PEOPLE:2|CITY_INTERNETPLUS:3 ECOM_TECHSERVICE:3 CITY_SMART:3 CITY_AI:2|bcp|INTERNET_PLUS ECOMMERCE AI
1799397|Ningbo|CITY_TRADESERVICES:3 SVC_LOGISTICS:2 CITY_PEOPLE:2|ECOM_WAREHOUSE:3 DX_MANUFACTURING:3 SVC_LOGISTICS:3 ECOM_CUSTOMS:2|bcp|ECOMMERCE IOT
1790645|Xiamen|CITY_PEOPLE:3 SVC_TOURISM:2 RESEARCH:2|CITY_SMART:3 GOV_OPENDATA:2 SVC_LOGISTICS:2 DX_ENVIRONMENT:2|bcp|SMART_CITY ECOMMERCE
1809461|Guiyang|DX_AGRI_DISTRIBUTION:3 SVC_TOURISM:2 RESEARCH:2|CONN_DATACENTRE:3 GOV_OPENDATA:3 CITY_AI:2|bc|INFORMATION_INFRASTRUCTURE AI
1815286|Chengdu|CITY_PEOPLE:3 SVC_CREATIVE:2 DX_HEALTH:2|INCL_CONTENT_GAME:3 HEALTH_REMOTE:3 CITY_SMART:2 SVC_LOGISTICS:2|bcp|REMOTE_HEALTHCARE SMART_CITY
1790630|Xi'an|SVC_TOURISM:3 INCL_CONTENT_KNOWLEDGE:2 CITY_PEOPLE:2|RESEARCH:3 CONN_SATNAV:3 DX_EDUCATION:2|bc|INTERNET_PLUS AI
1804651|Kunming|DX_AGRI_DISTRIBUTION:3 ECOM_CUSTOMS:2 CITY_PEOPLE:2|DX_AGRI:3 CONN_BACKBONE:2 SKILLS_PROGRAMME:2 SVC_LOGISTICS:2|bc|ECOMMERCE INFORMATION_INFRASTRUCTURE
1799869|Nanning|ECOM_CUSTOMS:3 CITY_PEOPLE:2 SVC_TOURISM:2|CITY_INFOSHARING:3 CITY_TRADESERVICES:3 CONN_BROADBAND:2 SKILLS_PUBLIC:2|bcp|INFORMATION_INFRASTRUCTURE ECOMMERCE
1795565|Shenzhen|RESEARCH:3 SVC_CREATIVE:2 CITY_PEOPLE:1|CITY_IOT:3 CITY_AI:3 CITY_SMART:3 CONN_BROADBAND:2 DX_MANUFACTURING:2 SKILLS_WORKPLACE:1|bcp|IOT AI SMART_CITY
'''.strip().split('\n')}
SIGNATORIES = {'CN', 'LA', 'SA', 'RS', 'TH', 'TR', 'AE'}
CAPITAL_NAMES = {'US': 'Washington', 'MM': 'Nay Pyi Taw', 'EH': 'Laayoune', 'SM': 'San Marino', 'MO': ''}
capitals = {}
for iso2, c in countries.items():
    names = {plain(x) for x in (CAPITAL_NAMES.get(iso2) or c['capital']).split('|') if x}
    for name in names:
        found = [r for r in places.values() if r['country'] == iso2 and plain(r['name']) == name]
        if found:
            capitals[max(found, key=lambda r: int(r['population'] or 0))['geoname_id']] = iso2
wikidata = {r['geonames_id']: r['wikidata'] for r in rows('cities.tsv') if r['wikidata']}
cities = {g: r for g, r in places.items() if int(r['population'] or 0) >= 100_000 or r['country'] in SIGNATORIES}
assert set(SAMPLES) <= set(cities), set(SAMPLES) - set(cities)
city_rows = []
for gid, r in sorted(cities.items(), key=lambda x: int(x[0])):
    c = dict(geonames_id=gid, name=r['name'], country=r['country'], admin1=r['admin1'], lat=r['latitude'], lon=r['longitude'],
             population=r['population'] if r['population'] != '0' else '', timezone=r['timezone'], wikidata=wikidata.get(gid, ''),
             level='NATIONAL_CAPITAL' if gid in capitals else '', sample='no', source='GeoNames', licence='CC BY 4.0')
    if gid in SAMPLES:
        needs, offers, facts, focus = (x.replace(' ', '|') for x in SAMPLES[gid])
        c.update(accepting='yes', verification='V2', needs=needs, offers=offers, area_focus=focus, sample='yes', label=CITY_SAMPLE,
                 **{column: 'yes' for letter, column in (('b', 'budget_line'), ('c', 'coordinator'), ('p', 'first_year_plan')) if letter in facts})
    city_rows.append(c)
write('cities.tsv.gz', 'geonames_id name country admin1 lat lon population timezone wikidata level accepting verification languages needs offers budget_line '
      'coordinator first_year_plan reply_rate_pct median_reply_days indicators area_focus area_site sample label source licence', city_rows)
gid_of = {r['city_id']: r['geonames_id'] for r in rows('cities.tsv')}
links = {}
for r in rows('city_links_train.tsv'):
    a, b = gid_of.get(r['city_a'], ''), gid_of.get(r['city_b'], '')
    if a in cities and b in cities and a != b:
        links.setdefault(tuple(sorted((a, b), key=int)), set()).update(x.strip() for x in r['sources'].split(',') if x.strip())
write('twinnings.tsv.gz', 'a_geonames b_geonames sources licence',
      [dict(a_geonames=a, b_geonames=b, sources='|'.join(sorted(s)), licence='CC0 1.0' if s and all(x.startswith('wd') for x in s) else 'CC BY-SA 4.0')
       for (a, b), s in sorted(links.items(), key=lambda x: (int(x[0][0]), int(x[0][1])))])

# ---------------------------------------------------------------- reference facts
# The program reads these three by place: new columns go to the end.
INCOME = {'Low income': 'LOW', 'Lower middle income': 'LOWER_MIDDLE', 'Upper middle income': 'UPPER_MIDDLE', 'High income': 'HIGH'}
write('countries.tsv', 'iso2 name region subregion languages borders income_group gdp_usd gdp_year internet_users_pct internet_year ldc iso3 iso_num currencies landlocked',
      [dict(iso2=k, name=r['name'], region=r['region'], subregion=r['subregion'], languages=r['languages'],
            borders='|'.join(iso3to2[b] for b in r['borders'].split('|') if b in iso3to2), income_group=INCOME.get(r['wb_income_group'], ''),
            gdp_usd=f"{float(r['gdp_usd']):.0f}" if r['gdp_usd'] else '', gdp_year=r['gdp_year'], internet_users_pct=r['internet_users_pct'],
            internet_year=r['internet_year'], ldc=r['ldc'], iso3=r['iso3'], iso_num=r['iso_num'], currencies=r['currencies'], landlocked=r['landlocked'])
       for k, r in sorted(countries.items())])
pairs = {}
for r in rows('country_pairs.tsv.gz'):
    a, b = iso3to2.get(r['iso_o']), iso3to2.get(r['iso_d'])
    if a and b and a < b:
        pairs[a, b] = dict(iso2_a=a, iso2_b=b, contig=r['contig'], comlang_off=r['comlang_off'], colony=r['colony'],
                           dist_km=f"{float(r['dist']):.0f}" if r['dist'] else '', comlang_ethno=r['comlang_ethno'], comcol=r['comcol'])
write('country_pairs.tsv.gz', 'iso2_a iso2_b contig comlang_off colony dist_km comlang_ethno comcol', [pairs[k] for k in sorted(pairs)])
fx_path = args.fx or os.path.join(args.source, 'eurofxref-hist.zip')
if os.path.exists(fx_path):
    with zipfile.ZipFile(fx_path) as z:
        history = sorted(csv.DictReader(io.TextIOWrapper(z.open(z.namelist()[0]), 'utf-8')), key=lambda r: r['Date'])
    month_ends = {r['Date'][:7]: r for r in history if r['Date'] >= '2000'}
    write('fx.tsv.gz', 'date currency per_eur',
          [dict(date=r['Date'], currency=c, per_eur=v) for _, r in sorted(month_ends.items())
           for c, v in sorted((c, v) for c, v in r.items() if c and c != 'Date') if v and v != 'N/A'])
else:
    print('fx.tsv.gz: left as it is, no history given')
